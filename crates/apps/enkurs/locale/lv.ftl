# Mezgla darbība
enkurs-watch-store = Datubāze
enkurs-watch-jobs = Darbi
enkurs-watch-ledger = Virsgrāmata
error-ledger-file = Virsgrāmatā nav šāda faila
    .cause = Adresē nosaukta koka daļa, kuras vēl nav vai nekad nebūs
    .remedy = Sāc ar /ledger/checkpoint: tajā ir koka lielums
