# Parakstīšana un pārbaude
signing-nav-sign = Parakstīt
signing-nav-validate = Pārbaudīt
signing-watch = Parakstīšana
signing-continue = Turpināt
signing-back = Atpakaļ
signing-change = Mainīt
signing-again = Sākt no jauna

# Sākums
signing-start-title = Paraksti dokumentu
signing-start-lead = Ar personas apliecību parakstīts dokuments ir līdzvērtīgs ar roku parakstītam. Der jebkurš fails.
signing-start-go = Sākt parakstīšanu
signing-start-validate = Pārbaudīt parakstītu dokumentu
signing-how = Kā tas notiek
signing-how-files = Izvēlies failus
signing-how-files-note = Vienu vai vairākus. Der arī dokuments, ko jau parakstījis kāds cits.
signing-how-check = Apskati, ko parakstīsi
signing-how-check-note = Rādām tieši tos failus, kuru saturs nonāks parakstā.
signing-how-card = Paraksti ar karti un PIN2
signing-how-card-note = PIN2 ievadi kartes logā savā datorā, nevis šajā lapā.
signing-how-take = Lejupielādē parakstīto failu
signing-how-take-note = { $days ->
    [zero] Glabājam to { $days } dienas tikai tev.
    [one] Glabājam to { $days } dienu tikai tev.
   *[other] Glabājam to { $days } dienas tikai tev.
}
signing-trust = Kāpēc tam var uzticēties
signing-trust-law = Kvalificēts elektroniskais paraksts visā Eiropas Savienībā ir līdzvērtīgs pašrocīgam parakstam (eIDAS regulas 25. pants).
signing-trust-free = Parakstīšana fiziskai personai ir bez maksas un bez ierobežojuma.
signing-trust-pin = Atslēga nekad neatstāj karti, un PIN2 nekad nenonāk līdz serverim.

# Faili
signing-choose-title = Ko vēlies parakstīt?
signing-choose-lead = Izvēlies failus. Parakstītam PDF, .edoc vai .asice failam tavs paraksts tiks pievienots klāt.
signing-choose-file = Faili
signing-choose-hint = Ne vairāk kā { $most }, katrs līdz { $limit }.
signing-choose-keep = Failus līdz parakstīšanai glabājam šifrētus stundu, parakstīto failu { $days } dienas. Citi tos neredz.

# Formāts
signing-format = Formāts
signing-format-title = Kādā formātā parakstīt?
signing-format-missing = Izvēlies formātu
signing-format-pdf = Parakstīts PDF
signing-format-hint-pdf = Paliek PDF, ko atver jebkurš lasītājs; paraksts ir tajā iekšā.
signing-format-edoc = eDoc (.edoc)
signing-format-hint-edoc = Latvijā ierastais formāts. Failus un parakstu glabā kopā vienā failā.
signing-format-asice = ASiC-E (.asice)
signing-format-asics = ASiC-S (.asics)
signing-format-xades = XML ar XAdES parakstu
signing-format-cades = CMS ar CAdES parakstu
signing-format-jades = JSON ar JAdES parakstu
signing-format-hint-asice = Tas pats, citās Eiropas Savienības valstīs ierastā izskatā.

# Pārbaude pirms parakstīšanas
signing-check-title = Pārbaudi, ko parakstīsi
signing-check-lead = { $count ->
    [zero] Tavs paraksts aptvers šos { $count } failus.
    [one] Tavs paraksts aptvers šo failu.
   *[other] Tavs paraksts aptvers šos { $count } failus.
}
signing-check-again = { $count ->
    [zero] Šim dokumentam jau ir { $count } paraksti
    [one] Šim dokumentam jau ir { $count } paraksts
   *[other] Šim dokumentam jau ir { $count } paraksti
}
signing-check-again-note = Tavs paraksts tiks pievienots, iepriekšējie paliks neskarti.
signing-check-open = Atvērt
signing-check-how = Kā parakstīsi
signing-check-will = Nospiežot pogu, tu apliecini, ka esi iepazinies ar saturu un to paraksti.
signing-check-go = Parakstīt ar karti
signing-check-until = Parakstīt var līdz { $time }.
signing-size = Apjoms
signing-pages = { $count ->
    [zero] { $count } lappuses
    [one] { $count } lappuse
   *[other] { $count } lappuses
}
signing-contains = Satur
signing-preview = Saturs
signing-odd-pdf = Šo PDF nevar parakstīt kā PDF
signing-odd-pdf-note = Tas ir aizsargāts, bojāts vai tā autors neļauj to papildināt. To var ielikt konteinerā un parakstīt nemainītu.
signing-who = Paraksta
signing-level = Līmenis
signing-level-b = B: bez laika zīmoga
signing-level-t = T: ar laika zīmogu
signing-level-lta = LTA: kā LT un ar arhīva laika zīmogu
signing-level-lt = LT: ar laika zīmogu un visu, kas vajadzīgs pārbaudei pēc gadiem
signing-noscript = Kartei vajadzīgs JavaScript
signing-noscript-text = Pārlūks ar karti sarunājas ar skripta palīdzību. Ieslēdz to vai paraksti ar rīku enkurs-sign.

# Karte
signing-wait-card = Gaidām karti…
signing-wait-prepare = Sagatavojam parakstu…
signing-wait-pin = Ievadi PIN2 kartes logā…
signing-wait-finish = Pievienojam laika zīmogu un pārbaudes datus…
signing-trouble-USER_CANCELLED = Parakstīšana atcelta
    .remedy = Nekas nav parakstīts. Vari mēģināt vēlreiz.
signing-trouble-USER_TIMEOUT = Pagāja pārāk ilgs laiks
    .remedy = Nekas nav parakstīts. Nospied pogu un ievadi PIN2 kartes logā.
signing-trouble-NATIVE_UNAVAILABLE = Karšu programma neatbild
    .remedy = Palaid enkurs-sign agent vai Web eID un mēģini vēlreiz.
signing-trouble-ACTION_PENDING = Kartes logs jau ir atvērts
    .remedy = Pabeidz vai aizver to un mēģini vēlreiz.
signing-trouble-OTHER = Karte neparakstīja
    .remedy = Pārbaudi, vai karte ir lasītājā un PIN2 nav bloķēts, un mēģini vēlreiz.
signing-wait-title = Pabeidzam parakstu
signing-wait-lead = Tavs paraksts ir saņemts un saglabāts. Šo lapu var aizvērt un atvērt vēlāk.

# Gatavs
signing-done-title = Parakstīts
signing-done-good = Parakstīja { $names }. Paraksts ir pārbaudīts un derīgs.
signing-done-open = Paraksts ir pievienots, bet pārbaude nav pilnīga. Pārbaudi failu vēlreiz pirms nosūtīšanas.
signing-done-download = Lejupielādēt
signing-done-more = Parakstīt vēl ko
signing-done-next = Jāparaksta vēl kādam?
signing-done-next-note = Nosūti lejupielādēto failu otram parakstītājam: viņš to augšupielādē šeit, un viņa paraksts pievienojas tavējam.
signing-name = Fails
signing-signature = Paraksts
signing-nameless = Nezināms parakstītājs
signing-stamped = Laika zīmogs: { $time }
signing-kept = Pieejams līdz
signing-failed-title = Parakstu neizdevās pabeigt
signing-indication-TOTAL_PASSED = Derīgs
signing-indication-INDETERMINATE = Nav nosakāms
signing-indication-TOTAL_FAILED = Nav derīgs

# Pārbaude
signing-ask-title = Pārbaudi parakstītu dokumentu
signing-ask-lead = Uzzini, kas un kad to parakstīja, vai tas nav mainīts un ko paraksts neaptver.
signing-ask-file = Faili
signing-ask-hint = PDF, .edoc, .asice vai cits parakstīts fails līdz { $limit }; var būt arī vairāki. Ja paraksts ir atsevišķs fails (.p7s, .xml, .json), pievieno arī failus, par kuriem tas ir: kopā ne vairāk kā { $most }.
signing-ask-go = Pārbaudīt
signing-ask-keep = Failus neglabājam: pēc pārbaudes tie tiek dzēsti. Slēdziens pieejams stundu un tikai tev.
signing-ask-more = Pārbaudīt citu
signing-together-title = { $count ->
    [zero] Pārbaudīti { $count } faili
    [one] Pārbaudīts { $count } fails
   *[other] Pārbaudīti { $count } faili
}
signing-together-good = derīgs
signing-together-open = nav apliecināts
signing-together-bad = nederīgs
signing-together-unsigned = nav parakstīts
signing-together-unreadable = nav nolasāms
signing-verdict-title = Parakstu pārbaude
signing-verdict-good = { $count ->
    [zero] Visi { $count } paraksti ir derīgi
    [one] Paraksts ir derīgs
   *[other] Visi { $count } paraksti ir derīgi
}
signing-verdict-open = { $count ->
    [zero] Paraksta derīgumu nevar noteikt
    [one] Paraksta derīgumu nevar noteikt
   *[other] Visu parakstu derīgumu nevar noteikt
}
signing-verdict-bad = { $count ->
    [zero] Paraksts nav derīgs
    [one] Paraksts nav derīgs
   *[other] Ne visi paraksti ir derīgi
}
signing-verdict-unsigned = Šajā failā paraksta nav
signing-verdict-text-good = { $file } parakstīja { $names }. Kopš tā laika parakstītais nav mainīts.
signing-verdict-text-open = { $file }: trūkst ziņu, lai to apliecinātu. Zemāk rakstīts, kāpēc un ko darīt.
signing-verdict-text-bad = { $file }: uz šo parakstu nevar paļauties. Zemāk redzams, kas nav kārtībā.
signing-verdict-text-unsigned = { $file } nav PDF, eDoc vai ASiC fails ar parakstu, ko mēs pazīstam.
signing-verdict-note = Slēdziens ir par šo brīdi un pēc EN 319 102-1; tas balstās uz nacionālās PKI saknes sertifikātiem.
signing-number = Identifikators
signing-when = Kad
signing-when-proven = pierādīts ar laika zīmogu
signing-when-claimed = kā norādījis parakstītājs
signing-when-unknown = nav zināms
signing-covers = Aptver
signing-covers-not = Neaptver
signing-sub = Slēdziens
signing-findings = Kas jāzina
signing-severity-error = Kļūda
signing-severity-warning = Brīdinājums
signing-severity-info = Zināšanai
signing-file = Pārbaudītais fails
signing-container = Formāts
signing-report = Lejupielādēt ziņojumu (JSON)

# Pages of a changed PDF
signing-pages-title = Kā izskatās lapas
signing-pages-lead = Pēc parakstīšanas failam ir kas pievienots vai mainīts. Redzamas lapas, kas tagad izskatās citādi nekā parakstot; vietas, kas atšķiras, ir ierāmētas sarkanā krāsā.
signing-pages-same = Pēc parakstīšanas failam ir kas pievienots vai mainīts, bet visas lapas izskatās tāpat kā parakstot.
signing-pages-partly = { $count ->
    [zero] Salīdzinātas { $count } lapas no sākuma; ne visas atšķirības ir parādītas.
    [one] Salīdzināta { $count } lapa no sākuma; ne visas atšķirības ir parādītas.
   *[other] Salīdzinātas { $count } lapas no sākuma; ne visas atšķirības ir parādītas.
}
signing-pages-failed = Lapu attēlus izveidot neizdevās. Kas mainīts, teikts pie paraksta.
signing-pages-differ = Lapas, kas tagad izskatās citādi
signing-page = { $number }. lapa
signing-page-signers = parakstīja { $names }
signing-page-signed = Parakstot
signing-page-now = Tagad
signing-page-alt-signed = { $number }. lapa parakstot; ierāmētas vietas: { $count }
signing-page-alt-now = { $number }. lapa tagad; ierāmētas vietas: { $count }
signing-page-none-signed = Parakstot šādas lapas nebija.
signing-page-none-now = Šīs lapas vairs nav.

# Atteikumi
error-signing-file-none = Nav izvēlēts neviens fails
    .cause = Parakstīt vai pārbaudīt var tikai failu.
    .remedy = Izvēlies failu un mēģini vēlreiz.
error-signing-file-empty = Fails { $name } ir tukšs
    .cause = Tukšu failu parakstīt vai pārbaudīt nav jēgas.
    .remedy = Pārbaudi, vai izvēlējies īsto failu.
error-signing-file-same-name = Divu failu nosaukums ir { $name }
    .cause = Konteinerā katram failam jābūt savam nosaukumam.
    .remedy = Pārdēvē vienu no tiem.
error-signing-file-name = Fails nevar saukties { $name }
    .cause = Šāds nosaukums konteinerā nozīmētu ko citu vai maldinātu.
    .remedy = Pārdēvē failu un mēģini vēlreiz.
error-signing-file-too-many = Failu ir vairāk nekā { $most }
    .cause = Vienā reizē var parakstīt ne vairāk kā { $most } failus.
    .remedy = Ieliec tos ZIP failā vai paraksti vairākās reizēs.
error-signing-format-impossible = Šos failus nevar parakstīt formātā { $format }
    .cause = PDF formātā var parakstīt vienu veselu PDF; parakstītam konteineram formāts paliek.
    .remedy = Izvēlies citu formātu.
error-signing-form-impossible = Šos failus šādā veidā parakstīt nevar
    .cause = Formāts, iepakojums, līmenis un faili kopā neder. Tehniski: { $detail }
    .remedy = Izvēlies citu formātu, iepakojumu vai līmeni.
error-signing-file-whole = { $name } ir par lielu, lai atrastos parakstā
    .cause = Tas, kas atrodas XML vai JSON dokumentā, parakstīšanas laikā tiek turēts atmiņā viss uzreiz.
    .remedy = Paraksti to atdalīti vai konteinerā.
error-signing-file-unsigned = Failā { $name } nekas nav parakstīts
    .cause = XML ziņojums ir par parakstiem, bet failā to nav.
    .remedy = Prasi vienkāršo ziņojumu vai sūti parakstīto failu.
error-signing-signature-unknown = Failā nav paraksta { $name }
    .cause = Apliecinošais paraksts attiecas uz pirmā faila parakstu, kas nosaukts kā tā pārbaudes ziņojumā.
    .remedy = Paņem paraksta apzīmējumu no faila pārbaudes ziņojuma.
error-signing-claim-refused = Parakstītāja norādi nevar ierakstīt
    .cause = Norāde nav pareizi uzrakstīta. Tehniski: { $detail }
    .remedy = Saistību veidus un politikas nosauc ar objektu identifikatoriem; politikas jaucējvērtībai ir sava algoritma garums.
error-signing-signature-file-refused = Paraksta fails vairāk parakstu nepieņem
    .cause = Tas nav paraksta fails vai arī tā parakstiem blakus jaunu likt nevar. Tehniski: { $detail }
    .remedy = Vispirms sūti paraksta failu un aiz tā failus, uz kuriem tas attiecas.
error-signing-pdf-encrypted = PDF ir šifrēts
    .cause = Šifrēta faila saturu un parakstus nevar ne apskatīt, ne papildināt.
    .remedy = Noņem paroli un mēģini vēlreiz; parakstīt to nemainītu var arī konteinerā.
error-signing-pdf-locked = PDF autors papildināt neļauj
    .cause = Dokuments ir sertificēts bez tiesībām to mainīt (DocMDP 1).
    .remedy = Paraksti to konteinerā.
error-signing-pdf-bomb = PDF prasa vairāk resursu, nekā atļauts
    .cause = Tā objektu, revīziju vai izpakotā satura ir pārāk daudz. { $detail }
    .remedy = Pārbaudi, no kurienes fails nācis.
error-signing-pdf-broken = PDF ir bojāts
    .cause = Faila uzbūve neatbilst PDF standartam. { $detail }
    .remedy = Saglabā to no jauna programmā, kas to izveidoja, vai paraksti konteinerā.
error-signing-container-bomb = Konteiners izpakojas pārāk liels
    .cause = Saturs pārsniedz atļauto apjomu. { $detail }
    .remedy = Never to vaļā; pārbaudi, no kurienes tas nācis.
error-signing-container-duplicate = Konteinerā divi faili ir ar vienu nosaukumu
    .cause = Nebūtu zināms, kurš no tiem ir parakstīts. { $detail }
    .remedy = Pieprasi dokumentu no jauna.
error-signing-container-encrypted = Konteiners ir šifrēts
    .cause = Šifrētu konteineru nevar izlasīt.
    .remedy = Atšifrē to un mēģini vēlreiz.
error-signing-container-unsupported = Šādu konteineru neatbalstām
    .cause = Atbalstām ASiC-E un eDoc 2.0 ar XAdES parakstiem. { $detail }
    .remedy = Ieliec failu jaunā konteinerā.
error-signing-container-broken = Konteiners ir bojāts
    .cause = Arhīva uzbūve ir pretrunīga. { $detail }
    .remedy = Pieprasi dokumentu no jauna.
error-signing-xml-refused = XML saturs netiek pieņemts
    .cause = Tas nav droši lasāms XML. { $detail }
    .remedy = Pieprasi dokumentu no jauna.
error-signing-certificate-unreadable = Kartes sertifikātu nevar izlasīt
    .cause = Tas nav X.509 sertifikāts.
    .remedy = Ievieto karti no jauna un mēģini vēlreiz.
error-signing-certificate-purpose = Šis sertifikāts nav parakstīšanai
    .cause = Parakstam vajadzīgs paraksta sertifikāts (nonRepudiation).
    .remedy = Izvēlies paraksta sertifikātu.
error-signing-certificate-issuer = Sertifikātu izdevis kāds mums nezināms
    .cause = Tas nav nacionālās PKI sertifikāts.
    .remedy = Paraksti ar savu personas apliecību.
error-signing-certificate-expired = Sertifikāts šobrīd nav spēkā
    .cause = Tā derīguma laiks nav sācies vai ir beidzies.
    .remedy = Atjauno kartes sertifikātus.
error-signing-certificate-revoked = Sertifikāts ir atsaukts, apturēts vai vēl nav aktivizēts
    .cause = Tā atbild sertifikātu statusa dienests (OCSP).
    .remedy = Aktivizē sertifikātus vai sazinies ar apliecības izsniedzēju.
error-signing-certificate-other-person = Karte pieder citam
    .cause = Parakstīt var tikai tas, kurš ir ienācis.
    .remedy = Ievieto savu karti vai ienāc ar šo.
error-signing-value-wrong = Paraksts nesader ar dokumentu
    .cause = Paraksta vērtība neatbilst tam, ko devām parakstīt. Nekas nav saglabāts.
    .remedy = Paraksti vēlreiz.
error-signing-time-stamp-missing = Neizdevās saņemt laika zīmogu
    .cause = Laika zīmogu dienests neatbildēja vai atteica. { $detail }
    .remedy = Paraksts ir saglabāts; mēģināsim vēlreiz paši.
error-signing-material-incomplete = Neizdevās savākt pārbaudes datus
    .cause = Sertifikātu statusa dienests neatbildēja pilnīgi. { $detail }
    .remedy = Mēģini vēlreiz pēc brīža.
error-signing-hand-refused = Parakstītājs atteica
    .cause = Karte vai atslēgu glabātava neparakstīja. { $detail }
    .remedy = Pārbaudi PIN un mēģini vēlreiz.
error-signing-internal = Parakstīšana neizdevās mūsu vainas dēļ
    .cause = Kļūda ir pierakstīta.
    .remedy = Mēģini vēlreiz; ja atkārtojas, nosauc pieprasījuma numuru atbalstam.
error-signing-errand-unknown = Šāda paraksta nav
    .cause = Adrese nav pareiza, laiks ir beidzies vai to sāka cita persona vai cits pārlūks.
    .remedy = Sāc parakstīšanu no jauna.
error-signing-errand-expired = Parakstīšanas laiks ir beidzies
    .cause = Drošības dēļ sagatavotais paraksts ir derīgs ierobežotu laiku.
    .remedy = Sāc parakstīšanu no jauna.
error-signing-errand-order = Šis solis jau ir izdarīts vai vēl nav kārtā
    .cause = Katru soli var izdarīt vienu reizi, un sagatavotu parakstu var izmantot vienu reizi.
    .remedy = Atver parakstīšanas lapu un turpini no tās.
error-signing-request-malformed = Pieprasījumu nevar saprast
    .cause = Nav pareizs: { $what }.
    .remedy = Salīdzini ar API aprakstu.
error-signing-report-unknown = Šāda slēdziena nav
    .cause = Slēdziens pieejams stundu un tikai pārlūkā, kurā tas prasīts.
    .remedy = Pārbaudi failu vēlreiz.

# --- kept files
signing-keep = Vajadzīgs pēc daudziem gadiem?
signing-keep-note = Paraksts noveco, jo beidzas sertifikāti un algoritmi. Glabāta faila laika zīmogus atjaunojam paši, pirms tie zaudē spēku.
signing-keep-do = Glabāt ilgstoši
signing-kept-title = Glabātie faili
signing-kept-lead = Šo failu parakstus uzturam derīgus: pirms beidzas pēdējā laika zīmoga spēks, pievienojam jaunu.
signing-kept-none = Nav neviena glabāta faila.
signing-kept-none-hint = Parakstīta faila lapā izvēlies «Glabāt ilgstoši».
signing-kept-good = Uzturēts
signing-kept-working = Gatavojam
signing-kept-failing = Neizdevās atjaunot
signing-kept-failing-note = Fails ir tāds, kāds bija; mēģinām vēlreiz. Par to zina arī apkalpotāji.
signing-kept-since = Glabā kopš
signing-kept-renewed = Pēdējais zīmogs
signing-kept-due = Nākamais zīmogs
signing-kept-forget = Neglabāt vairs
signing-kept-note = Jaunu laika zīmogu pievienojam { $days } dienas pirms iepriekšējā beigām. Lejupielādēto failu vari pārbaudīt jebkur.
error-signing-evidence-malformed = Pierādījumu ierakstu nevar nolasīt.
    .cause = Tas nav ieraksts vai ir bojāts. Tehniski: { $detail }
    .remedy = Vispirms sūti ierakstu vai parakstīto failu, kurā tas ir.
error-signing-evidence-foreign = Pierādījumu ieraksts ir par citiem failiem.
    .cause = Failu saturs neatbilst jaucējvērtībām ierakstā. Tehniski: { $detail }
    .remedy = Sūti nemainītus failus, kuriem ieraksts veidots.
error-signing-evidence-impossible = Šajā failā nevar ielikt pierādījumu ierakstu.
    .cause = Šāda veida failā vai parakstā ierakstam nav vietas. Tehniski: { $detail }
    .remedy = Sūti CMS vai XML parakstu vai ASiC-E konteineru, vai ņem ierakstu blakus failam.
error-signing-kept-unknown = Tāda glabāta faila nav.
    .cause = Fails vairs netiek glabāts, vai arī tas ir cita cilvēka fails.
    .remedy = Atver glabāto failu sarakstu.
error-signing-kept-too-many = Glabāto failu ir par daudz.
    .cause = Viens cilvēks var glabāt ne vairāk kā { $most } failus.
    .remedy = Izņem no saraksta failus, kas vairs nav vajadzīgi.
error-signing-kept-worse = Atjaunotais fails neiztur pārbaudi.
    .cause = Ar jauno laika zīmogu paraksts vairs nebūtu derīgs, tāpēc fails palika tāds, kāds bija.
    .remedy = Pārbaudi failu un sazinies ar apkalpotāju.
error-signing-augment-impossible = Parakstu nevar papildināt.
    .cause = Faila parakstiem neko nevar pievienot. Tehniski: { $detail }
    .remedy = Pārbaudi failu: pārskatā ir teikts, kas tas ir un kas nav kārtībā.
error-signing-augment-already-there = Parakstam jau ir šis līmenis.
    .cause = Vēlamais vai augstāks līmenis jau ir sasniegts.
    .remedy = Nekas nav jādara.
error-signing-augment-order = Šajā līmenī vairs neko nevar pievienot.
    .cause = Parakstu jau aptver vēlāks laika zīmogs, vai trūkst tā, kam jābūt pirms tam.
    .remedy = Papildini failu līdz LTA: jauns arhīva laika zīmogs aptver visu, kas tur ir.
error-signing-work-unknown = Tāda rezultāta nav.
    .cause = Darbs nav pabeigts, tā laiks ir beidzies, vai arī to prasīja kāds cits.
    .remedy = Skaties, kā darbam iet, adresē /api/v1/jobs/ID, vai prasi to vēlreiz.

# --- receipts
signing-receipt = Saņemt apzīmogotu kvīti
signing-receipt-title = Parakstu pārbaudes kvīts
signing-receipt-when = Pārbaudīts
signing-receipt-note = Šo kvīti apzīmogojusi platforma; zīmogu var pārbaudīt jebkurā parakstu pārbaudes programmā. Kvīts neaizstāj parakstīto failu.
signing-view-note = Ja pārlūks failu šeit nerāda, atver to ar saiti augšā.
signing-proofs = Laika zīmogi un pierādījumi par visu failu
signing-proof-stamp = Laika zīmogs
signing-proof-record = Pierādījumu ieraksts
signing-proof-PASSED = Derīgs
signing-proof-INDETERMINATE = Nav nosakāms
signing-proof-FAILED = Nav derīgs
signing-ask-lists = Kvalifikāciju pārbaudām ar uzticamajiem sarakstiem, kas iegūti { $at }.
signing-lists-watch = Uzticamie saraksti
