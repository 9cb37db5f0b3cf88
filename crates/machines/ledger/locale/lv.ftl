# Pakas ledger kļūdu teksti.

error-ledger-absent = Virsgrāmatā trūkst kaut kā, kam tur jābūt
    .cause = Nav flīzes, ieraksta vai kontrolpunkta.
    .remedy = Iegūsti pilnu kopiju; ja trūkst arī oriģinālā, uzskati to par iejaukšanos.

error-ledger-fetch = Daļu virsgrāmatas kopijas neizdevās nolasīt
    .cause = Fails vai adrese neatbildēja.
    .remedy = Pārbaudi ceļu vai savienojumu un pārbaudi vēlreiz.

error-ledger-inconsistent = Virsgrāmata nesader
    .cause = Ieraksti, flīzes un kontrolpunkts ir pretrunā: kaut kas mainīts, izlaists vai pārkārtots.
    .remedy = Saglabā kopiju kā pierādījumu, ziņo operatoram un uzraugam.

error-ledger-malformed = Virsgrāmatas daļa nav savā formā
    .cause = Piezīme, atslēga, lapa vai ceļš neatbilst formātam.
    .remedy = Pārbaudi, vai tā ir virsgrāmatas kopija un pārsūtīta pilnībā.

error-ledger-sign = Virsgrāmatas galvu neizdevās parakstīt
    .cause = Atslēgu krātuve neparakstīja. Ieraksti savas vietas saglabā; paraksts sekos.
    .remedy = Pārbaudi atslēgu krātuvi konsolē.

error-ledger-unsigned = Virsgrāmatas galva nav parakstīta ar šo atslēgu
    .cause = Paraksta nav, vai tas ir ar citu atslēgu.
    .remedy = Iegūsti atslēgu citur, ne no kopijas, un salīdzini; ja tā ir īstā, uzskati kopiju par viltotu.

error-ledger-waiting = Šim ierakstam virsgrāmatā vēl nav vietas
    .cause = Ieraksti savu vietu saņem sekundes laikā.
    .remedy = Pēc brīža jautā vēlreiz.
