#!/usr/bin/env python3
"""Compares canonical forms with libxml2 (through ctypes).

    cargo run -q -p xml --example c14n-cases -- 1000 | conformance/c14n/libxml2.py
"""
import base64
import ctypes
import ctypes.util
import sys

lib = ctypes.CDLL(ctypes.util.find_library("xml2"))
for name in ("xmlReadMemory", "xmlXPathNewContext", "xmlXPathEvalExpression"):
    getattr(lib, name).restype = ctypes.c_void_p
lib.xmlReadMemory.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
lib.xmlXPathNewContext.argtypes = [ctypes.c_void_p]
lib.xmlXPathRegisterNs.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
lib.xmlXPathEvalExpression.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
lib.xmlC14NDocDumpMemory.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int,
                                     ctypes.POINTER(ctypes.c_void_p)]
for name in ("xmlFreeDoc", "xmlXPathFreeContext", "xmlXPathFreeObject"):
    getattr(lib, name).argtypes = [ctypes.c_void_p]


class Object(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("nodeset", ctypes.c_void_p)]


MODES = {"REC-xml-c14n": 0, "xml-exc-c14n": 1, "xml-c14n11": 2}


PREFIXES = {b"p1": b"urn:one", b"p2": b"urn:two", b"p3": b"http://example.lv/?x=1;y=%20", b"ds": b"http://www.w3.org/2000/09/xmldsig#"}


def canonical(text, uri, ident, prefixes, filter_):
    doc = lib.xmlReadMemory(text, len(text), b"", None, 1 << 11)
    assert doc, "libxml2 does not parse it"
    mode = next(m for key, m in MODES.items() if key in uri)
    nodes, context, found = None, None, None
    if ident or filter_:
        apex = "//*[@id='%s']" % ident
        expression = (f"(//. | //@* | //namespace::*)[{filter_}]" if filter_ else
                      f"{apex}/descendant-or-self::node() | {apex}/descendant-or-self::*/@* | {apex}/descendant-or-self::*/namespace::*")
        context = lib.xmlXPathNewContext(doc)
        for prefix, name in PREFIXES.items():
            lib.xmlXPathRegisterNs(context, prefix, name)
        found = lib.xmlXPathEvalExpression(expression.encode(), context)
        assert found, f"libxml2 does not evaluate {expression}"
        nodes = Object.from_address(found).nodeset
    listed = prefixes.split()
    array = (ctypes.c_char_p * (len(listed) + 1))(*[p.encode() for p in listed], None)
    out = ctypes.c_void_p()
    size = lib.xmlC14NDocDumpMemory(doc, nodes, mode, array if listed else None, int("WithComments" in uri), ctypes.byref(out))
    assert size >= 0, "libxml2 refuses it"
    result = ctypes.string_at(out.value, size)
    lib.free(out) if hasattr(lib, "free") else None
    if found:
        lib.xmlXPathFreeObject(found)
        lib.xmlXPathFreeContext(context)
    lib.xmlFreeDoc(doc)
    return result


cases = differing = 0
for line in sys.stdin:
    uri, ident, prefixes, filter_, source, form = line.rstrip("\n").split("\t")
    text, ours = base64.b64decode(source), base64.b64decode(form)
    theirs = canonical(text, uri, ident, prefixes, filter_)
    cases += 1
    if ours != theirs:
        differing += 1
        if differing <= 5:
            print(f"differs: {uri} id={ident} prefixes={prefixes} filter={filter_}\n source {text.decode()}\n ours   {ours.decode()}\n libxml {theirs.decode()}")
print(f"c14n: {cases} cases, {differing} differ from libxml2")
sys.exit(1 if differing or not cases else 0)
