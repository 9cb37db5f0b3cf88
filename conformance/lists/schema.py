"""Our lists by the public schema of ETSI TS 119 612 v2.4.1, as it lies in the archives of EU DSS; a list that breaks it must be told.

usage: schema.py DSS-CLASSPATH FOLDER LIST.xml..."""
import pathlib, re, subprocess, sys, zipfile

jars = [j for p in sys.argv[1].split(":") for j in (pathlib.Path(p[:-1]).glob("*.jar") if p.endswith("*") else [pathlib.Path(p)])]
folder, lists = pathlib.Path(sys.argv[2]), sys.argv[3:]
folder.mkdir(parents=True, exist_ok=True)
WANTED = {
    "specs-trusted-list-6": r"xsd/ts_119612v020401\w*\.xsd", "specs-xmldsig-6": r"xsd/(xml|xmldsig-core-schema)\.xsd",
    "specs-xades-6": r"xsd/XAdES01903v132-\d+\.xsd",
}

schemas = {}
for jar in jars:
    for name, pattern in WANTED.items():
        if jar.name.startswith(name):
            archive = zipfile.ZipFile(jar)
            for entry in filter(re.compile(pattern).fullmatch, archive.namelist()):
                text = re.sub(r"<!DOCTYPE.*?(\[.*?\])?\s*>", "", archive.read(entry).decode(), flags=re.S)
                schemas[re.search(r'targetNamespace\s*=\s*"([^"]+)"', text)[1]] = (pathlib.Path(entry).name, text)
if len(schemas) != 6:
    sys.exit(f"the schemas are not where they should be: {sorted(schemas)}")

# Every import from the file beside it: nothing is fetched.
def local(match):
    return re.sub(r'schemaLocation\s*=\s*"[^"]*"', f'schemaLocation="{schemas[match[1]][0]}"', match[0])
for name, text in schemas.values():
    (folder / name).write_text(re.sub(r'<[\w:]*import\s[^>]*?namespace\s*=\s*"([^"]+)"[^>]*>', local, text))
every = "".join(f'<xs:import namespace="{ns}" schemaLocation="{name}"/>' for ns, (name, _) in schemas.items())
(folder / "every.xsd").write_text(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{every}</xs:schema>')


def valid(file):
    said = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", folder / "every.xsd", file], capture_output=True, text=True)
    return said.returncode == 0, said.stderr


faults = [said for file in lists for good, said in [valid(file)] if not good]
broken = folder / "broken.xml"
whole = next(text for text in (pathlib.Path(file).read_text() for file in lists) if "PointersToOtherTSL" in text)
for element in ["TSLVersionIdentifier", "SchemeTerritory", "PointersToOtherTSL"]:
    bent = re.sub(rf"<(\w+:)?{element}>", lambda m: f"<{m[1] or ''}Foreign/>{m[0]}", whole, count=1)
    broken.write_text(bent)
    if bent == whole or valid(broken)[0]:
        faults.append(f"a list with a foreign element before {element} is not told\n")
if faults:
    sys.exit("".join(faults))
print(f"schema: {len(lists)} lists valid by TS 119 612 v2.4.1, 3 broken ones told")
