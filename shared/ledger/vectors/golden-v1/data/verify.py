#!/usr/bin/env python3
"""Checks an evidence bundle with nothing but Python 3.8 or later. No network, no other package.

    python3 verify.py BUNDLE_FOLDER FINGERPRINT

BUNDLE_FOLDER holds bagit.txt. FINGERPRINT is the SHA-256 of the log's public key, 64 hexadecimal
digits, and must come from the force itself (web site, printed statement), not from the bundle.
Prints VERIFIED and exits with 0, or REFUSED with the first thing that is wrong and exits with 1.

A copy of this program travels inside every bundle. A bundle that was tampered with may carry a
program that was tampered with: prefer a copy from another source.
"""

import base64
import hashlib
import json
import os
import re
import stat
import sys

MAX_FILES = 200_000
MAX_METADATA_BYTES = 1024 * 1024
MAX_MANIFEST_BYTES = 64 * 1024 * 1024
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
MAX_FIELDS = 64
MAX_HEADER_BYTES = 8 * 1024
MAX_DISCLOSURE_BYTES = 64 * 1024
MAX_NOTE_BYTES = 64 * 1024
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 4096
MAX_PROOF_HASHES = 63
MAX_SIGNATURES = 16

FOLDERS = {"data"} | {
    "data/" + name
    for name in ("checkpoints", "consistency", "events", "exhibits", "keys", "proofs")
}
TAG_FILES = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
TAGMANIFEST = "tagmanifest-sha256.txt"
KEY = "data/keys/log.pub.pem"
APART = "data/exhibits.sha256"
REQUIRED = set(TAG_FILES) | {
    TAGMANIFEST, KEY, "seal.note", "data/HOW-TO-CHECK.txt", "data/continuity.html",
    "data/verify.py",
}
OPTIONAL = {"data/case.jsonld", "data/continuity.pdf", APART}
MEMBERS = {"case", "cmd", "fields", "log", "prev", "seq", "time", "type", "v"}
ZERO = "0" * 64

HASH = re.compile(r"[0-9a-f]{64}")
ORIGIN = re.compile(r"(?=.{1,128}\Z)[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
CASE = re.compile(r"[0-9a-f]{32}(/access)?")
COMMAND = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TYPE = re.compile(r"(?=.{1,64}\Z)[a-z]+(\.[a-z_]+)+")
TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{3}Z")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


class Refused(Exception):
    """The first check that failed: a code, a place and a reason."""

    def __init__(self, code, place, reason):
        super().__init__("%s: %s: %s" % (code, place, reason))


def demand(condition, code, place, reason):
    if not condition:
        raise Refused(code, place, reason)


# --- Hashes and encodings -------------------------------------------------------------------------

def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data):
    return sha256(b"\x00" + data)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def base64_bytes(text):
    """Standard base64 with padding in its one spelling, or None."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def base64url_bytes(text):
    """Base64url without padding in its one spelling, or None."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text else None


def base64_hash(text):
    data = base64_bytes(text)
    return data if data is not None and len(data) == 32 else None


def number(text):
    if not NUMBER.fullmatch(text) or int(text) > MAX_INTEGER:
        return None
    return int(text)


def decode(data, code, place):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(code, place, "is not UTF-8") from None


# --- Canonical JSON (RFC 8785, integers only) -----------------------------------------------------

def unique_members(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member appears twice")
    return members


def no_float(text):
    raise ValueError("a number is not an integer")


def small_integer(text):
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ValueError("an integer is out of range")
    return int(text)


def canonical(value, depth=0):
    if isinstance(value, (list, dict)) and depth >= MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    if isinstance(value, dict):
        # Keys sort by UTF-16 code units, which is how their big-endian bytes sort.
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        members = (canonical(name) + ":" + canonical(value[name], depth + 1) for name in names)
        return "{" + ",".join(members) + "}"
    return json.dumps(value, ensure_ascii=False)


def canonical_json(data):
    """The value of bytes that are canonical JSON; ValueError otherwise."""
    text = data.decode("utf-8")
    try:
        value = json.loads(text, object_pairs_hook=unique_members, parse_float=no_float,
                           parse_constant=no_float, parse_int=small_integer)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if canonical(value).encode("utf-8") != data:
        raise ValueError("not in canonical form")
    return value


# --- ECDSA on P-256 (FIPS 186-5), in plain integers -----------------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def double(point):
    """Doubles a point in Jacobian coordinates; z = 0 is the point at infinity."""
    x, y, z = point
    delta, gamma = z * z % P, y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    x3 = (alpha * alpha - 8 * beta) % P
    z3 = ((y + z) ** 2 - gamma - delta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % P, z3


def add(first, second):
    """Adds two points in Jacobian coordinates."""
    (x1, y1, z1), (x2, y2, z2) = first, second
    if z1 == 0:
        return second
    if z2 == 0:
        return first
    u1, u2 = x1 * z2 * z2 % P, x2 * z1 * z1 % P
    s1, s2 = y1 * z2 * z2 * z2 % P, y2 * z1 * z1 * z1 % P
    if u1 == u2:
        return double(first) if s1 == s2 else (1, 1, 0)
    h, r = (u2 - u1) % P, (s2 - s1) % P
    h2, h3 = h * h % P, h * h * h % P
    x3 = (r * r - h3 - 2 * u1 * h2) % P
    return x3, (r * (u1 * h2 - x3) - s1 * h3) % P, h * z1 * z2 % P


def der_integers(data):
    """The two integers of a strict DER signature, or None."""
    if len(data) < 8 or data[0] != 0x30 or data[1] != len(data) - 2:
        return None
    integers, rest = [], data[2:]
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 0x02 or not 1 <= rest[1] <= min(33, len(rest) - 2):
            return None
        body, rest = rest[2:2 + rest[1]], rest[2 + rest[1]:]
        padded = len(body) > 1 and body[0] == 0 and body[1] < 0x80
        if body[0] >= 0x80 or padded:
            return None
        integers.append(int.from_bytes(body, "big"))
    return integers if not rest else None


def signature_holds(point, signature, message):
    integers = der_integers(signature)
    if integers is None or not all(0 < integer < N for integer in integers):
        return False
    r, s = integers
    inverse = pow(s, N - 2, N)
    u = int.from_bytes(sha256(message), "big") * inverse % N
    v = r * inverse % N
    generator, public = G + (1,), point + (1,)
    both, total = add(generator, public), (1, 1, 0)
    for bit in range(255, -1, -1):
        total = double(total)
        which = (u >> bit & 1) + 2 * (v >> bit & 1)
        if which:
            total = add(total, (generator, public, both)[which - 1])
    x, _, z = total
    return z != 0 and x * pow(z, P - 3, P) % P % N == r


class Key:
    def __init__(self, pem):
        self.der = base64_bytes("".join(pem.split("\n")[1:-2])) or b""
        x = int.from_bytes(self.der[len(SPKI):-32], "big")
        y = int.from_bytes(self.der[-32:], "big")
        on_curve = x < P and y < P and (y * y - x * x * x + 3 * x - B) % P == 0
        formed = len(self.der) == len(SPKI) + 64 and self.der.startswith(SPKI) and on_curve
        encoded = base64.b64encode(self.der).decode()
        lines = [encoded[start:start + 64] for start in range(0, len(encoded), 64)]
        written = ["-----BEGIN PUBLIC KEY-----"] + lines + ["-----END PUBLIC KEY-----", ""]
        demand(formed and pem == "\n".join(written), "key", KEY, "is not a P-256 public key")
        self.point = (x, y)
        self.fingerprint = hashlib.sha256(self.der).hexdigest()


# --- Signed notes, checkpoints and proofs (C2SP) --------------------------------------------------

def parse_note(note, code, place):
    """The text and the signatures (name, key id, signature) of a note."""
    demand(len(note.encode("utf-8")) <= MAX_NOTE_BYTES, code, place, "the note is too long")
    blank = note.rfind("\n\n")
    demand(blank >= 0 and note.endswith("\n"), code, place, "is not a note")
    text, lines = note[:blank + 1], note[blank + 2:-1].split("\n")
    control = any(char < " " and char != "\n" for char in text)
    demand(not control and len(note) > blank + 2, code, place, "is not a note")
    demand(len(lines) <= MAX_SIGNATURES, code, place, "has too many signatures")
    signatures = []
    for line in lines:
        parts = line.split(" ", 2)
        demand(len(parts) == 3 and parts[0] == "\u2014", code, place, "is not a note")
        name, data = parts[1], base64_bytes(parts[2])
        bad = any(c.isspace() or c == "+" or c < " " or "\x7f" <= c < "\xa0" for c in name)
        formed = name and not bad and data is not None and len(data) > 4
        demand(formed, code, place, "has a malformed signature")
        signatures.append((name, data[:4], data[4:]))
    return text, signatures


def check_signed(key, text, signatures, name, code, place):
    key_id = bytes.fromhex(key.fingerprint[:8])
    ours = [line[2] for line in signatures if line[:2] == (name, key_id)]
    demand(ours, code, place, "is not signed by the log")
    for signature in ours:
        held = signature_holds(key.point, signature, text.encode("utf-8"))
        demand(held, code, place, "the signature does not verify")


def open_checkpoint(note, key, origin, place):
    text, signatures = parse_note(note, "checkpoint", place)
    check_signed(key, text, signatures, origin, "checkpoint", place)
    lines = text.split("\n")
    demand(len(lines) == 4 and lines[3] == "", "checkpoint", place, "is not three lines")
    size, root = number(lines[1]), base64_hash(lines[2])
    formed = lines[0] == origin and size is not None and root is not None
    demand(formed and (size > 0 or root == sha256(b"")), "checkpoint", place, "is malformed")
    return size, root


def parse_proof(text, label, code, place):
    """The number after the label, the hashes, and the note after the blank line."""
    demand(len(text.encode("utf-8")) <= MAX_PROOF_BYTES, code, place, "the proof is too long")
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    value = number(lines[0][len(label):]) if lines[0].startswith(label) else None
    hashes = [base64_hash(line) for line in lines[1:]]
    formed = blank and value is not None and None not in hashes
    demand(formed and len(hashes) <= MAX_PROOF_HASHES, code, place, "is not the lines of a proof")
    return value, hashes, note


def included(leaf, index, size, root, proof):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def consistent(old, old_root, new, new_root, proof):
    """RFC 9162, section 2.1.4.2, for old < new."""
    if old == 0:
        return not proof and old_root == sha256(b"")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if old & (old - 1) == 0:
        proof = [old_root] + proof
    if not proof:
        return False
    first, second = proof[0], proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


# --- Events ---------------------------------------------------------------------------------------

def is_time(text):
    match = TIME.fullmatch(text)
    if not match:
        return False
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    real = 1 <= month <= 12 and 1 <= day <= days[month - 1]
    return real and hour < 24 and minute < 60 and second < 60


def parse_header(data, place):
    demand(len(data) <= MAX_HEADER_BYTES, "header", place, "is too long")
    try:
        header = canonical_json(data)
    except ValueError as error:
        raise Refused("header", place, str(error)) from None
    formed = isinstance(header, dict) and set(header) == MEMBERS
    demand(formed, "header", place, "does not have exactly the nine members")
    demand(header["v"] == "continuity/1", "header", place, "has another version")
    for name, form in (("log", ORIGIN), ("case", CASE), ("prev", HASH), ("type", TYPE),
                       ("cmd", COMMAND)):
        good = isinstance(header[name], str) and form.fullmatch(header[name])
        demand(good, "header", place, "%s does not have its form" % name)
    seq, fields, time = header["seq"], header["fields"], header["time"]
    demand(type(seq) is int and seq >= 0, "header", place, "seq does not have its form")
    demand(isinstance(time, str) and is_time(time), "header", place, "time is not a UTC time")
    good = isinstance(fields, list) and len(fields) <= MAX_FIELDS
    good = good and all(isinstance(field, str) and HASH.fullmatch(field) for field in fields)
    good = good and all(a < b for a, b in zip(fields, fields[1:]))
    demand(good, "header", place, "fields does not have its form")
    first = header["case"].endswith("/access") or (seq == 0) == (header["prev"] == ZERO)
    demand(first, "header", place, "prev is zeros where it must not be, or is not where it must")
    return header


def check_disclosures(header, text, place):
    """How many values are shown and withheld."""
    lines = text.split("\n")
    demand(lines.pop() == "", "disclosure", place, "the last line has no end")
    missing, names = set(header["fields"]), set()
    for line in lines:
        digest = hashlib.sha256(line.encode("utf-8")).hexdigest()
        demand(digest in missing, "disclosure", place, "shows a value it does not commit to")
        missing.remove(digest)
        data = base64url_bytes(line) if len(line) <= MAX_DISCLOSURE_BYTES else None
        demand(data is not None, "disclosure", place, "a disclosure is not base64url")
        try:
            parts = canonical_json(data)
        except ValueError as error:
            raise Refused("disclosure", place, str(error)) from None
        formed = isinstance(parts, list) and len(parts) == 3
        formed = formed and isinstance(parts[0], str) and isinstance(parts[1], str)
        demand(formed, "disclosure", place, "a disclosure is not salt, name and value")
        salt = base64url_bytes(parts[0])
        formed = salt is not None and len(salt) == 16 and NAME.fullmatch(parts[1])
        demand(formed and parts[1] not in names, "disclosure", place, "a salt or name is malformed")
        names.add(parts[1])
    return len(lines), len(missing)


# --- The bundle -----------------------------------------------------------------------------------

def list_files(root):
    """The files by path; refuses links and folders that a bundle does not have."""
    found, folders = set(), [""]
    while folders:
        inside = folders.pop()
        for entry in os.scandir(os.path.join(root, inside)):
            path = inside + "/" + entry.name if inside else entry.name
            if entry.is_dir(follow_symlinks=False) and path in FOLDERS:
                folders.append(path)
            else:
                regular = entry.is_file(follow_symlinks=False)
                demand(regular, "layout", path, "is not a regular file or a known folder")
                found.add(path)
            demand(len(found) <= MAX_FILES, "layout", "bundle", "has too many files")
    return found


def read_layout(paths):
    """The number of events, the sizes of the checkpoints, and the exhibits carried."""
    expected, sizes, events, exhibits = set(REQUIRED), set(), 0, set()
    for path in paths:
        match = re.fullmatch(r"data/checkpoints/([0-9]+)\.(note|tsr)", path)
        if path.startswith("data/exhibits/") and FILE_NAME.fullmatch(path[14:]):
            exhibits.add(path[14:])
            expected.add(path)
        elif path in OPTIONAL:
            expected.add(path)
        elif match and number(match.group(1)) is not None:
            expected |= {path, "data/checkpoints/%s.note" % match.group(1)}
            if match.group(2) == "note":
                sizes.add(int(match.group(1)))
        elif path.startswith("data/events/") and path.endswith(".json"):
            events += 1
    for seq in range(events):
        expected |= {"data/events/%06d.json" % seq, "data/events/%06d.disclosures" % seq,
                     "data/proofs/%06d.tlog-proof" % seq}
    sizes = sorted(sizes)
    expected |= {"data/consistency/%d-%d.txt" % pair for pair in zip(sizes, sizes[1:])}
    for path in sorted(paths - expected):
        raise Refused("layout", path, "has no place in a bundle")
    for path in sorted(expected - paths):
        raise Refused("layout", path, "is missing")
    demand(events and sizes, "layout", "bundle", "has no event or no checkpoint")
    return events, sizes, exhibits


def parse_manifest(text, code, place):
    lines = text.split("\n")
    demand(lines.pop() == "" and lines, code, place, "is not lines of a hash and a path")
    listed, last = {}, None
    for line in lines:
        digest, gap, path = line.partition("  ")
        demand(gap and HASH.fullmatch(digest), code, place, "is not lines of a hash and a path")
        demand(last is None or last.encode() < path.encode(), code, place, "is not sorted by path")
        listed[path], last = digest, path
    return listed


class Bundle:
    def __init__(self, root):
        self.root, self.manifest, self.unread, self.payload_bytes = root, {}, set(), 0

    def blocks(self, path):
        name = os.path.join(self.root, path)
        demand(stat.S_ISREG(os.lstat(name).st_mode), "layout", path, "is not a regular file")
        with open(name, "rb") as file:
            yield from iter(lambda: file.read(65536), b"")

    def read(self, path, most=MAX_METADATA_BYTES):
        data = b""
        for block in self.blocks(path):
            data += block
            demand(len(data) <= most, "size", path, "is too long")
        return data

    def compare(self, path, place, digest, length):
        self.payload_bytes += length
        same = self.manifest.get(path) == digest
        demand(same, "manifest", place, "%s is not as the manifest has it" % path)

    def payload(self, path, place, most=MAX_METADATA_BYTES):
        self.unread.discard(path)
        data = self.read(path, most)
        self.compare(path, place, hashlib.sha256(data).hexdigest(), len(data))
        return data

    def payload_text(self, path, place, code, most=MAX_METADATA_BYTES):
        return decode(self.payload(path, place, most), code, place)

    def check_tags(self, paths):
        """Checks the tag files and returns what Payload-Oxum claims."""
        text = decode(self.read(TAGMANIFEST, MAX_MANIFEST_BYTES), "manifest", TAGMANIFEST)
        tagged = parse_manifest(text, "manifest", TAGMANIFEST)
        demand(list(tagged) == TAG_FILES, "manifest", TAGMANIFEST, "does not list the tag files")
        texts = []
        for path in TAG_FILES:
            data = self.read(path, MAX_MANIFEST_BYTES)
            texts.append(decode(data, "manifest", path))
            same = hashlib.sha256(data).hexdigest() == tagged[path]
            demand(same, "manifest", path, "is not as the tag manifest has it")
        self.manifest = parse_manifest(texts[2], "manifest", TAG_FILES[2])
        self.unread = {path for path in paths if path.startswith("data/")}
        listed = set(self.manifest) == self.unread
        demand(listed, "manifest", TAG_FILES[2], "does not list exactly the payload")
        bagit = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        demand(texts[1] == bagit, "bagit", TAG_FILES[1], "is not that of BagIt 1.0")
        info = re.fullmatch(r"BagIt-Profile-Identifier: urn:continuity:bag-profile:1\n"
                            r"Bagging-Date: ([0-9-]{10})\n"
                            r"External-Identifier: ([^\x00-\x1f\x7f]{1,200})\n"
                            r"Payload-Oxum: ([^\n]*)\n", texts[0])
        formed = info and is_time(info.group(1) + "T00:00:00.000Z")
        formed = formed and info.group(2).strip(" ") == info.group(2)
        demand(formed, "bagit", TAG_FILES[0], "does not have its four lines")
        return info.group(3)

    def check_seal(self, key):
        """Checks the seal and returns the origin it names."""
        note = decode(self.read("seal.note"), "seal", "seal.note")
        text, signatures = parse_note(note, "seal", "seal.note")
        first = text.split("\n")[0]
        origin = first[:-12] if first.endswith("/bundle-seal") else ""
        formed = ORIGIN.fullmatch(origin) and len(signatures) == 1
        demand(formed, "seal", "seal.note", "does not name an origin, or has many signatures")
        check_signed(key, text, signatures, origin, "seal", "seal.note")
        tagmanifest = self.read(TAGMANIFEST, MAX_MANIFEST_BYTES)
        sealed = "%s\n%s\n" % (first, hashlib.sha256(tagmanifest).hexdigest())
        demand(text == sealed, "seal", "seal.note", "is not the seal of this tag manifest")
        return origin

    def check_log(self, key, origin, sizes):
        """Checks checkpoints and their consistency; returns them by their exact notes."""
        notes = []
        for size in sizes:
            place = "data/checkpoints/%d.note" % size
            note = self.payload_text(place, place, "checkpoint")
            checkpoint = open_checkpoint(note, key, origin, place)
            demand(checkpoint[0] == size, "checkpoint", place, "is named after another size")
            notes.append((note, checkpoint))
        for (_, old), (note, new) in zip(notes, notes[1:]):
            place = "data/consistency/%d-%d.txt" % (old[0], new[0])
            text = self.payload_text(place, place, "consistency")
            size, hashes, newer = parse_proof(text, "old ", "consistency", place)
            held = size == old[0] and newer == note and consistent(*old, *new, hashes)
            demand(held, "consistency", place, "does not lead from one checkpoint to the next")
        return dict(notes)

    def check_apart(self, paths, exhibits):
        """Checks the list of exhibits that are sent apart."""
        if APART in paths:
            text = self.payload_text(APART, APART, "exhibits", MAX_MANIFEST_BYTES)
            for name in parse_manifest(text, "exhibits", APART):
                safe = FILE_NAME.fullmatch(name) and name not in exhibits
                demand(safe, "exhibits", APART, "has an unsafe name, or one that is carried too")

    def check_events(self, count, origin, checkpoints):
        """Checks chain, disclosures and proofs; returns how many values are shown and withheld."""
        before, previous, next_index, shown, withheld = None, ZERO, 0, 0, 0
        for seq in range(count):
            place = "event %06d" % seq
            data = self.payload("data/events/%06d.json" % seq, place)
            header = parse_header(data, place)
            place += " " + header["type"]
            stream = before or dict(header, time="", log=origin)
            same = header["case"] == stream["case"] and header["log"] == stream["log"]
            demand(same, "chain", place, "belongs to another log or chain")
            demand(header["seq"] == seq, "chain", place, "is not numbered in order")
            unchained = header["case"].endswith("/access") and header["prev"] == ZERO
            chained = unchained or header["prev"] == previous
            demand(chained, "chain", place, "prev is not the hash of the event before it")
            demand(header["time"] >= stream["time"], "chain", place, "is earlier than before it")
            path = "data/events/%06d.disclosures" % seq
            counts = check_disclosures(
                header, self.payload_text(path, place, "disclosure"), place)
            shown, withheld = shown + counts[0], withheld + counts[1]
            text = self.payload_text("data/proofs/%06d.tlog-proof" % seq, place, "proof")
            first, _, rest = text.partition("\n")
            demand(first == "c2sp.org/tlog-proof@v1", "proof", place, "is not a proof")
            index, hashes, note = parse_proof(rest, "index ", "proof", place)
            demand(note in checkpoints, "proof", place, "its checkpoint is not in the bundle")
            leaf = leaf_hash(data)
            held = included(leaf, index, *checkpoints[note], hashes)
            demand(held, "proof", place, "does not lead to the checkpoint's root")
            demand(index >= next_index, "order", place, "is earlier in the log than before it")
            before, previous, next_index = header, leaf.hex(), index + 1
        exported = before["type"] == "disclosure.exported"
        demand(exported, "export", place, "the last event is not disclosure.exported")
        return before["case"], shown, withheld

    def check_rest(self):
        """Compares the files that are not parsed with the manifest."""
        for path in sorted(self.unread):
            digest, length = hashlib.sha256(), 0
            for block in self.blocks(path):
                digest.update(block)
                length += len(block)
            self.compare(path, path, digest.hexdigest(), length)


def verify(root, fingerprint):
    """A sentence about the verified bundle; raises Refused or OSError otherwise."""
    bundle = Bundle(root)
    paths = list_files(root)
    events, sizes, exhibits = read_layout(paths)
    files = sum(path.startswith("data/") for path in paths)
    oxum = bundle.check_tags(paths)
    key = Key(bundle.payload_text(KEY, KEY, "key"))
    same = key.fingerprint == fingerprint
    demand(same, "key", KEY, "does not have the fingerprint that was asked for")
    origin = bundle.check_seal(key)
    checkpoints = bundle.check_log(key, origin, sizes)
    bundle.check_apart(paths, exhibits)
    case, shown, withheld = bundle.check_events(events, origin, checkpoints)
    bundle.check_rest()
    counted = "%d.%d" % (bundle.payload_bytes, files)
    demand(oxum == counted, "bagit", TAG_FILES[0], "Payload-Oxum does not count the payload")
    return ("log %s, chain %s: %d events, %d values shown, %d withheld, log size %d"
            % (origin, case, events, shown, withheld, sizes[-1]))


def main(arguments):
    if len(arguments) != 3 or not HASH.fullmatch(arguments[2].lower()):
        print(__doc__)
        return 2
    try:
        print("VERIFIED:", verify(arguments[1], arguments[2].lower()))
        return 0
    except Refused as refusal:
        print(("REFUSED: %s" % refusal).encode("ascii", "replace").decode())
    except OSError as error:
        print("REFUSED: layout: %s" % ascii(str(error)))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
