# Running a node
enkurs-watch-store = Database
enkurs-watch-jobs = Jobs
enkurs-watch-ledger = Ledger
error-ledger-file = The ledger has no such file
    .cause = The address names a part of the tree that is not there yet, or never will be
    .remedy = Start at /ledger/checkpoint: it tells the size of the tree
