# Kopīgie lapu teksti
web-skip = Pāriet uz saturu
web-demo = Demonstrācija: visas personas ir izdomātas, nekas netiek nosūtīts ārpus šī datora.
web-nav-main = Galvenā izvēlne
web-nav-foot = Par vietni
web-other-language = English
web-sign-in = Ieiet
web-sign-out = Iziet
web-footer = Enkurs · atvērtā koda uzticamības platforma
web-accessibility = Piekļūstamība
web-home = Uz sākumu
web-what-next = Ko darīt tālāk
web-fault-code = Kods
web-fault-request = pieprasījums
web-error-prefix = Kļūda:
web-errors = { $count ->
    [zero] Jāizlabo { $count } kļūdu
    [one] Jāizlabo { $count } kļūda
   *[other] Jāizlabo { $count } kļūdas
 }
web-optional = nav obligāti
web-drop-choose = Izvēlēties failus
web-drop-hint = Vai ievelc tos šajā laukā.
web-steps = Soļi
web-step-done = pabeigts
web-step-now = pašlaik
web-idcard-caption = Latvijas Republika · personas apliecība
web-ending = Sesija drīz beigsies
web-ending-text = Drošības dēļ pēc neilga laika tevi izrakstīsim. Ievadītais var zust.
web-ending-stay = Palikt sistēmā

# API lapas
web-api = API uzziņas
web-api-lead = Visi pieprasījumi, ko šī vietne saprot. Kļūdas ir problem+json dokumenti latviski vai angliski, kā prasa Accept-Language.
web-api-contents = Saturs
web-api-params = Parametri
web-api-takes = Saturs
web-api-answers = Atbildes
web-api-types = Datu tipi
web-api-errors = Kļūdu kodi
web-api-errors-lead = Katram atteikumam ir nemainīgs kods: kas noticis, kāpēc, ko darīt tālāk.

# Operatora pults
web-console = Operatora pults
web-console-good = Viss darbojas
web-console-look = Darbojas, bet kādam jāpaskatās
web-console-down = Kaut kas nedarbojas
web-console-tag-good = labi
web-console-tag-look = jāskatās
web-console-tag-down = nedarbojas

# Atteikumi
error-web-page-not-found = Šādas lapas nav
    .cause = Adrese ir kļūdaina, lapa pārcelta vai tā nav domāta tev.
    .remedy = Pārbaudi adresi vai sāc no sākumlapas.
error-web-internal = Mūsu pusē kaut kas salūza
    .cause = Pieprasījumu neizdevās izpildīt mūsu kļūdas dēļ. Nekas nav izpildīts pa pusei.
    .remedy = Mēģini vēlreiz pēc brīža. Ja atkārtojas, nosauc atbalstam pieprasījuma numuru.
error-web-method = Šai adresei šādu darbību nevar prasīt
    .cause = Adrese ir pareiza, bet HTTP metode nav tā, ko šī adrese pieņem.
    .remedy = Skaties API uzziņās, kuru metodi lietot.
error-web-session-needed = Vispirms jāieiet
    .cause = Šī darbība pieejama tikai tam, kurš pierādījis, kas viņš ir, vai arī tava sesija ir beigusies.
    .remedy = Ieej ar personas apliecību un mēģini vēlreiz.
error-web-permission-denied = Tev nav tiesību uz šo lapu
    .cause = Tu esi iegājis, bet šī darbība domāta citai lomai. Darba un privātās lietas šeit ir nodalītas.
    .remedy = Ja tev pienākas šī loma, lūdz to savas iestādes darbinieku pārvaldniekam; ja esi iegājis kā darbinieks, ieej kā privātpersona.
error-web-form-foreign = Veidlapa nav iesniegta no šīs lapas
    .cause = Veidlapas drošības zīme nepieder tavai sesijai: lapa ir sen atvērta, sesija beigusies vai to sūtījusi cita vietne.
    .remedy = Atver lapu no jauna un aizpildi veidlapu vēlreiz.
error-web-form-replayed = Šī veidlapa jau ir iesniegta
    .cause = Katru šādu veidlapu pieņem tikai vienu reizi, lai darbība nenotiktu divreiz.
    .remedy = Skaties rezultātu iepriekšējā lapā. Ja vajag jaunu iesniegumu, atver veidlapu no jauna.
error-web-request-malformed = Pieprasījumu nevar saprast
    .cause = Pieprasījuma saturs neatbilst gaidītajam: { $why }.
    .remedy = Izlabo pieprasījumu pēc API uzziņām vai atver lapu no jauna.
error-web-request-media-type = Šādu satura veidu nepieņemam
    .cause = Gaidītais satura veids ir { $wanted }.
    .remedy = Norādi pareizo Content-Type.
error-web-request-timeout = Darbs ieilga
    .cause = Atbilde nebija gatava { $seconds } sekundēs, tāpēc pieprasījums pārtraukts.
    .remedy = Mēģini vēlreiz. Lielus failus sūti pa ātrāku savienojumu.
error-web-body-too-large = Saturs ir par lielu
    .cause = Šeit pieņem ne vairāk kā { $limit }.
    .remedy = Samazini failu, sadali to vai lūdz pārvaldnieku palielināt ierobežojumu.
error-web-rate-exceeded = Par daudz pieprasījumu
    .cause = No tavas adreses īsā laikā saņemts vairāk pieprasījumu, nekā atļauts.
    .remedy = Pagaidi { $seconds } s un mēģini vēlreiz.
error-web-busy = Sistēma pašlaik nevar pieņemt darbu
    .cause = Datubāze vai cits vajadzīgs pakalpojums pašlaik neatbild.
    .remedy = Mēģini vēlreiz pēc minūtes. Nekas nav pazaudēts.
error-web-full = Krātuvē vairs nav vietas
    .cause = Disks ir pilns, tāpēc jaunus datus nevar droši saglabāt. Saglabātais ir neskarts.
    .remedy = Ziņo operatoram; kad vieta atbrīvota, mēģini vēlreiz.
error-contract-no-peer = Vajadzīgais pakalpojums { $service } nav sasniedzams
    .cause = Šis mezgls to pats nenodrošina, un mezgls, kas to nodrošina, neatbild.
    .remedy = Mēģini vēlreiz pēc minūtes. Ja atkārtojas, ziņo operatoram.
error-contract-mistyped = Pakalpojumi nesaprot viens otru
    .cause = Iekšējā izsaukumā sajaukti datu tipi.
    .remedy = Ziņo operatoram: mezgliem jābūt vienas versijas.
error-contract-unspeakable = Pakalpojumi nesaprot viens otru
    .cause = Iekšējā izsaukuma saturu nevar pierakstīt.
    .remedy = Ziņo operatoram.
error-contract-malformed = Pakalpojumi nesaprot viens otru
    .cause = Iekšējā izsaukuma saturs nav tāds, kādu gaidīja.
    .remedy = Ziņo operatoram: mezgliem jābūt saderīgām versijām.
error-contract-unknown-call = Mezgls nepazīst izsaukumu { $name }
    .cause = Šo izsaukumu tas nenodrošina vai ir vecākas versijas.
    .remedy = Ziņo operatoram.
error-contract-already-wired = Mezgls jau ir saslēgts
    .cause = Pakalpojumu izsaukumus drīkst piesaistīt tikai vienreiz.
    .remedy = Ziņo operatoram.
error-contract-not-allowed = Šim mezglam izsaukums nav atļauts
    .cause = Mezgla sertifikātā nosauktais pakalpojums nav to skaitā, kuriem atbildam.
    .remedy = Pārbaudi mezgla sertifikātu un konfigurāciju.
