# Pakas store kļūdu teksti.

error-store-arguments = Vaicājums un tā argumenti nesader
    .cause = Vaicājumam nodots cits argumentu skaits, nekā tas prasa; tā ir programmas kļūda.
    .remedy = Ziņo par to, norādot laiku un kodu.

error-store-column = Glabātai vērtībai ir negaidīta forma
    .cause = Kolonnas nav vai tai ir cits tips, nekā programma gaida.
    .remedy = Pārbaudi, vai shēma atbilst šai versijai: enkurs migrate; pēc tam ziņo.

error-store-conflict = Izmaiņu neizdevās veikt līdztekus citām
    .cause = Citas to pašu datu izmaiņas atkārtoti bija ātrākas.
    .remedy = Pēc brīža mēģini vēlreiz.

error-store-constraint = Vērtība pārkāpj datubāzes noteikumu
    .cause = Datubāze nepieņem vērtības, kas nevar būt pareizas; nekas netika mainīts.
    .remedy = Ziņo par to, norādot laiku un kodu.

error-store-damaged = Glabātais saturs ir bojāts
    .cause = Tā zīmogs vai kontrolsumma nesakrīt: tas ir mainīts, vai krātuve bojājas.
    .remedy = Atjauno to no rezerves kopijas: enkurs restore; pārbaudi krātuvi.

error-store-database = Datubāze atbildēja ar kļūdu
    .cause = Cēlonis ir žurnālā.
    .remedy = Aplūko žurnālu un mēģini vēlreiz.

error-store-full = Krātuvē vairs nav vietas
    .cause = Datubāzes vai failu krātuve ir pilna; nekas netika mainīts.
    .remedy = Atbrīvo vai pievieno vietu un mēģini vēlreiz. Iepriekš apstiprinātais ir saglabāts.

error-store-io = Failu neizdevās nolasīt vai ierakstīt
    .cause = Operētājsistēma to atteica; cēlonis ir žurnālā.
    .remedy = Pārbaudi datu mapes tiesības un stāvokli.

error-store-json = Glabātos datus nevar nolasīt
    .cause = Tie nav formā, kādā šī versija raksta.
    .remedy = Pārbaudi, vai shēma atbilst šai versijai; ziņo par to.

error-store-lease-lost = Šo darbu pārņēma cits izpildītājs
    .cause = Šis to turēja ilgāk par atvēlēto laiku.
    .remedy = Nekas nav jādara: darbu paveiks otrs izpildītājs.

error-store-migration = Shēmas soli nevar piemērot
    .cause = Tas mainīts pēc piemērošanas, vai datubāze to atsaka.
    .remedy = Lieto datubāzei atbilstošo versiju vai atjauno rezerves kopiju; piemērotu soli nekad nelabo.

error-store-no-blob = Glabātā faila nav
    .cause = Tas izņemts, kad uz to vairs nekas neatsaucās, vai nekad nav glabāts.
    .remedy = Augšupielādē failu vēlreiz.

error-store-not-found = Tāda ieraksta nav
    .cause = Nekam no glabātā nav šāda identifikatora.
    .remedy = Pārbaudi adresi; atgriezies sarakstā.

error-store-read-only = Lasīšanas darbība mēģināja mainīt datus
    .cause = Izmaiņas notiek tikai pa rakstīšanas ceļu; tā ir programmas kļūda.
    .remedy = Ziņo par to, norādot laiku un kodu.

error-store-reference = Ieraksts atsaucas uz neesošu ierakstu
    .cause = Otra ieraksta vairs nav vai nekad nav bijis; nekas netika mainīts.
    .remedy = Atgriezies, ielādē lapu no jauna un mēģini vēlreiz.

error-store-too-large = Saturs ir lielāks, nekā atļauts
    .cause = Vienā reizē glabājamajam ir noteikta robeža.
    .remedy = Sūti mazāk vai jautā operatoram par robežu.

error-store-unavailable = Datubāze nav sasniedzama
    .cause = Tā neatbild vai atsaka savienojumus; nekas netika mainīts.
    .remedy = Mēģini vēlreiz pēc minūtes; operators to redz konsolē.

error-store-unique = Tāds ieraksts jau ir
    .cause = Citam ierakstam ir tā pati atslēga.
    .remedy = Sameklē esošo ierakstu.

error-store-url = Datubāzes adrese nav saprotama
    .cause = Tā nesākas ne ar sqlite:, ne ar postgres://.
    .remedy = Izlabo database.url konfigurācijā.
