"""Our qualifications beside those of EU DSS. Every difference is named here, with its reason in docs/trusted-lists.md; a file of which we
say more than DSS is always an error.

usage: compare.py DSS.tsv OWN.jsonl"""
import json, sys

# What DSS writes, in the words of the contract of our command line.
WORDS = {
    "N/A": "NA", "Unknown": "AdES", "Unknown-QC": "UnknownQC", "Unknown-QC-QSCD": "UnknownQC-QSCD",
    "Not AdES but QC with QSCD": "NotAdES-QC-QSCD", "Not AdES but QC": "NotAdES-QC", "Not AdES": "NotAdES",
}
# name: (ours, DSS); each has its row in docs/trusted-lists.md.
KNOWN = {}

lists, files = [], {}
for line in open(sys.argv[1], encoding="utf-8"):
    parts = line.rstrip("\n").split("\t")
    if parts[0] == "LIST":
        lists.append(parts[1:])
    elif parts[0] == "FILE":
        words = parts[3].replace("Indeterminate ", "Indeterminate-")
        prefix = "Indeterminate-" if words.startswith("Indeterminate-") else ""
        files[parts[1]] = (prefix + WORDS.get(words.removeprefix(prefix), words.removeprefix(prefix)), parts[4])
wrong = 0
for url, indication, territory, number, services, messages in lists:
    if indication != "TOTAL_PASSED" or messages not in ("[]", "null"):
        wrong += 1
        print(f"{url}: {indication} {messages}", file=sys.stderr)
if len(lists) != 4:
    wrong += 1
    print(f"{len(lists)} lists of 4", file=sys.stderr)
same = 0
for line in open(sys.argv[2], encoding="utf-8"):
    report = json.loads(line)
    signature = report["signatures"][0]
    name = report["file"].removesuffix(".asice")
    stamp = signature["timestamps"][0].get("qualification", "")
    theirs, their_stamp = files.pop(report["file"])
    ours = signature["qualification"]
    if (ours, theirs) == KNOWN.get(name):
        pass
    elif ours == theirs and stamp == their_stamp:
        same += 1
    else:
        wrong += 1
        print(f"{name}: ours {ours} {stamp}, DSS {theirs} {their_stamp}", file=sys.stderr)
wrong += len(files)
print(f"qualification: {same} the same, {len(KNOWN)} known differences, {wrong} unexplained; {len(lists)} lists accepted by DSS")
sys.exit(1 if wrong or same < 35 else 0)
