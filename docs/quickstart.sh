#!/usr/bin/env bash
# A tour of Continuity, from an officer's request to a bundle that a stranger can check.
#
#   docs/quickstart.sh [BASE_URL]
#
# Start the service first (cargo run --release). The tour needs curl, the usual shell tools and the
# command line `continuity`; it builds that when it is not there. It leaves the exported bundle in
# $OUT (default: a new directory below the system's temporary one) and says where.
#
#   CONTINUITY       the command line to use (default: target/release/continuity)
#   CONTINUITY_DATA  the service's data directory, from which tokens are issued (default: ./data)
#   RESULT_MIB       size of the result file in MiB (default: 256)
set -euo pipefail

BASE=${1:-http://127.0.0.1:7071}
HERE=$(cd "$(dirname "$0")/.." && pwd)
export CONTINUITY_DATA=${CONTINUITY_DATA:-$HERE/data}
OUT=${OUT:-$(mktemp -d)}
RESULT_MIB=${RESULT_MIB:-256}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
mkdir -p "$OUT"

if [ -z "${CONTINUITY:-}" ]; then
  CONTINUITY=$HERE/target/release/continuity
  [ -x "$CONTINUITY" ] || cargo build --release --quiet --manifest-path "$HERE/Cargo.toml" -p cli
fi

# ---- Asking ---------------------------------------------------------------------------------------

step() { printf '\n== %s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# A time so many seconds before now, RFC 3339.
ago() { date -u -d "@$(($(date +%s) - $1))" +%Y-%m-%dT%H:%M:%SZ; }

# token PERSON: a bearer token for one of the sample force's people, kept for the tour.
token() {
  [ -s "$WORK/token.$1" ] || "$CONTINUITY" token --as "$1" > "$WORK/token.$1"
  cat "$WORK/token.$1"
}

# new_key: an idempotency key not used before.
KEYS=0
new_key() { KEYS=$((KEYS + 1)); KEY="tour-$$-$RANDOM-$KEYS"; }

# ask STATUS PERSON METHOD PATH [BODY] [IF_MATCH]: asks, and insists on the status. Leaves the body in
# $BODY and the headers in $ETAG and $LOCATION.
ask() {
  local want=$1 person=$2 method=$3 path=$4 body=${5:-} match=${6:-} status
  local args=(-sS -X "$method" -D "$WORK/head" -o "$WORK/body" -w '%{http_code}'
    -H "Authorization: Bearer $(token "$person")" -H 'Access-Reason: Tour of the service')
  new_key
  [ "$method" = GET ] || args+=(-H "Idempotency-Key: $KEY")
  [ -z "$match" ] || args+=(-H "If-Match: $match")
  [ -z "$body" ] || args+=(-H 'Content-Type: application/json' --data-binary "$body")
  status=$(curl "${args[@]}" "$BASE$path")
  BODY=$(cat "$WORK/body")
  ETAG=$(header etag)
  LOCATION=$(header location)
  [ "$status" = "$want" ] || die "$method $path as $person answered $status, not $want: $BODY"
}

header() { sed -n "s/^$1: *//Ip" "$WORK/head" | tr -d '\r' | head -n 1; }

# member NAME [TEXT]: the first text or number of that name in a JSON text (default: $BODY).
member() {
  printf '%s' "${2:-$BODY}" | grep -o "\"$1\":\(\"[^\"]*\"\|[0-9]*\)" | head -n 1 |
    sed 's/^"[^"]*"://; s/^"//; s/"$//'
}

# members NAME: every text of that name in $BODY, a line each.
members() { printf '%s' "$BODY" | grep -o "\"$1\":\"[^\"]*\"" | cut -d'"' -f4; }

expect() { # expect WHAT IS WANTED
  [ "$2" = "$3" ] || die "$1 is '$2', not '$3'"
  say "$1: $2"
}

# status PERSON REFERENCE: what somebody sees who looks a request up.
status() { ask 200 "$1" GET "/api/v1/status?reference=$2"; }

OFFICER=smp-officer-1 SUPERVISOR=smp-supervisor-1 GATEKEEPER=smp-submissions-1
STORE=smp-store-1 DIGITAL=smp-digital-1 FINGERPRINTS=smp-fingerprints-1
SECOND_FINGERPRINTS=smp-fingerprints-2 REVIEWER=smp-reviewer-1 REPORTER=smp-reporting-1

# ---- The request ----------------------------------------------------------------------------------

step 'An officer submits a request with three exhibits of two disciplines'
SEAL=$RANDOM$RANDOM
exhibit() { # exhibit REFERENCE WHAT KIND SEAL SERVICE
  printf '{"exhibit":{"reference":"%s","description":"%s","kind":"%s","producedBy":"PC Price",
    "seizedAt":"%s","seizedPlace":"12 Sample Street","seal":"%s"},"services":["%s"]}' \
    "$1" "$2" "$3" "$(ago 172800)" "$4" "$5"
}
ask 201 $OFFICER POST /api/v1/requests '{
  "crimeReference": "01/12345/26",
  "circumstances": "Robbery at knife point. The suspect was arrested with a handset and a knife.",
  "questions": [
    {"text": "Who was the suspect in touch with that day?", "service": "phone_examination"},
    {"text": "Whose fingerprints are on the knife?", "service": "mark_recovery"}],
  "legalBasis": "pace_s19",
  "exhibits": ['"$(exhibit AP/1 'A mobile handset, black' digital "H$SEAL" phone_examination)"',
    '"$(exhibit AP/2 'A kitchen knife' physical "K$SEAL" mark_recovery)"',
    '"$(exhibit AP/3 'A drinking glass' physical "G$SEAL" mark_recovery)"']}'
REQUEST=$LOCATION
CASE=/api/v1/cases/$(member caseId)
REFERENCE=$(member reference)
LAB=$(member labReference)
{ read -r HANDSET; read -r KNIFE; read -r GLASS; } < <(members exhibitId)
PHONE_QUESTION=$(printf '%s' "$BODY" | grep -o '{"id":"[0-9a-f]*","text":"Who was' | cut -d'"' -f4)
KNIFE_QUESTION=$(printf '%s' "$BODY" | grep -o '{"id":"[0-9a-f]*","text":"Whose' | cut -d'"' -f4)
say "Request $REFERENCE in case $LAB"
status $OFFICER "$REFERENCE"
expect 'What the officer sees' "$(member state)" awaiting_authority

step 'The supervisor authorises; the officer could not have done so'
ask 200 $SUPERVISOR GET "$REQUEST"
VERSION=$ETAG
ask 403 $OFFICER POST "$REQUEST/authority" '{"authorised":true,"level":"supervisor"}' "$VERSION"
ask 200 $SUPERVISOR POST "$REQUEST/authority" '{"authorised":true,"level":"supervisor"}' "$VERSION"
expect 'State' "$(member state)" awaiting_triage

step 'The gatekeeper accepts two exhibits and refuses the glass, with a coded reason'
ask 200 $GATEKEEPER POST "$REQUEST/triage" '{"outcome":"part_accept","reasonCode":"not_relevant",
  "note":"The glass was not touched by the suspect.","exhibits":[
  {"exhibitId":"'"$HANDSET"'","accepted":true},{"exhibitId":"'"$KNIFE"'","accepted":true},
  {"exhibitId":"'"$GLASS"'","accepted":false,"reasonCode":"not_relevant"}]}' "$ETAG"
expect 'State' "$(member state)" accepted
examination() { # examination SERVICE: the examination that answers it
  printf '%s' "$BODY" | grep -o '{"examinationId":"[0-9a-f]*","service":"'"$1"'"' | cut -d'"' -f4
}
PHONE=$CASE/examinations/$(examination phone_examination)
MARKS=$CASE/examinations/$(examination mark_recovery)

# ---- Continuity -----------------------------------------------------------------------------------

# act PERSON EXHIBIT KIND [MORE MEMBERS]: records an act in an exhibit's continuity, just now.
act() {
  local path=$CASE/exhibits/$2
  ask 200 "$1" GET "$path"
  ask 200 "$1" POST "$path/continuity" \
    '{"kind":"'"$3"'","occurredAt":"'"$(ago 0)"'"'"${4:+,$4}"'}' "$ETAG"
}
hand_over() { # hand_over FROM TO EXHIBIT
  act "$1" "$3" offered '"to":"'"$2"'"'
  act "$2" "$3" accepted
}

step 'The exhibits change hands: each hand-over is offered and accepted'
for exhibit in "$HANDSET" "$KNIFE"; do
  hand_over $OFFICER $STORE "$exhibit"
  act $STORE "$exhibit" booked_in '"location":"Main store, shelf 4"'
done
status $OFFICER "$REFERENCE"
expect 'What the officer sees' "$(member state)" in_progress
act $STORE "$HANDSET" booked_out
hand_over $STORE $DIGITAL "$HANDSET"
act $STORE "$KNIFE" booked_out
hand_over $STORE $FINGERPRINTS "$KNIFE"

# ---- The handset ----------------------------------------------------------------------------------

# move PERSON EXAMINATION STEP TO [MORE MEMBERS]: takes a step of the process map further.
move() {
  ask 200 "$1" GET "$2"
  ask 200 "$1" POST "$2/steps/$3/transitions" '{"to":"'"$4"'"'"${5:+,$5}"'}' "$ETAG"
}
take() { move "$1" "$2" "$3" claimed; move "$1" "$2" "$3" started; }
note() { # note PERSON EXAMINATION TEXT
  ask 201 "$1" POST "$2/notes" '{"occurredAt":"'"$(ago 0)"'","text":"'"$3"'"}'
}
finish() { move "$1" "$2" "$3" completed '"form":{'"$4"'}'; } # finish PERSON EXAMINATION STEP FORM

step 'A digital practitioner takes the handset along its process map'
ask 200 $DIGITAL GET '/api/v1/work?list=available'
say "Open steps for the discipline: $(members step | wc -l)"
take $DIGITAL "$PHONE" receive
finish $DIGITAL "$PHONE" receive '"seals_match":true,"references_match":true,
  "condition":"sealed_intact","packaging":"tamper_evident_bag"'
take $DIGITAL "$PHONE" isolate
finish $DIGITAL "$PHONE" isolate '"isolation":"faraday_box","power_state":"off",
  "isolated_at":"'"$(ago 0)"'"'
act $DIGITAL "$HANDSET" unsealed '"reason":"To examine the handset"'
act $DIGITAL "$HANDSET" divided '"children":[{"derivation":"part_of","exhibit":{
  "reference":"AP/1/1","description":"SIM card taken from the handset","kind":"digital",
  "category":"sim_card"}}]'
take $DIGITAL "$PHONE" identify
finish $DIGITAL "$PHONE" identify '"device_type":"phone","make":"Sample","model":"One",
  "condition":"as_described","locked":false,"examinable":true'

step 'The acquisition: contemporaneous notes, a pause, and the master copy as a sub-exhibit'
take $DIGITAL "$PHONE" acquire
note $DIGITAL "$PHONE" 'Handset connected to workstation FW-12 inside the Faraday box.'
move $DIGITAL "$PHONE" acquire paused '"reason":"awaiting_access"'
status $OFFICER "$REFERENCE"
say "What the officer sees meanwhile: $(member stage)"
move $DIGITAL "$PHONE" acquire resumed
MASTER=$(printf 'master copy of the tour' | sha256sum | cut -d' ' -f1)
act $DIGITAL "$HANDSET" acquired '"children":[{"derivation":"extract_of","exhibit":{
  "reference":"AP/1/2","description":"Full file system extraction of the handset","kind":"data",
  "category":"forensic_image"}}]'
note $DIGITAL "$PHONE" 'Full file system extraction ended without errors.'
finish $DIGITAL "$PHONE" acquire '"acquisition_type":"full_file_system","method":"DF-014",
  "equipment":"FW-12","tool":"Sample Extractor","tool_version":"7.2","write_blocking":"hardware",
  "started_at":"'"$(ago 0)"'","finished_at":"'"$(ago 0)"'","outcome":"complete",
  "master_sha256":"'"$MASTER"'","scope":"Messages and calls of the day"'
take $DIGITAL "$PHONE" verify_acquisition
finish $DIGITAL "$PHONE" verify_acquisition '"recomputed_sha256":"'"$MASTER"'","hash_matches":true,
  "verified_at":"'"$(ago 0)"'","working_copy_made":true,"tool":"sha256sum"'

# ---- The result file ------------------------------------------------------------------------------

# announce NAME FILE SHA256: begins an upload; leaves $FILE, $BLOCK (bytes) and $BLOCKS.
announce() {
  ask 201 $DIGITAL POST "$PHONE/files" '{"name":"'"$1"'","sizeBytes":'"$(stat -c %s "$2")"',
    "sha256":"'"$3"'","role":"extraction_report"}'
  FILE=$CASE/files/$(member id)
  BLOCK=$(member blockSizeBytes)
  BLOCKS=$(member blocks)
}
# send FILE INDEX: sends one block.
send() {
  dd if="$1" of="$WORK/block" bs="$BLOCK" skip="$2" count=1 status=none
  curl -sS --fail-with-body -o "$WORK/body" -T "$WORK/block" -X PUT \
    -H "Authorization: Bearer $(token $DIGITAL)" -H 'Content-Type: application/octet-stream' \
    "$BASE$FILE/blocks/$2" || die "block $2 was refused: $(cat "$WORK/body")"
}
settled() { # waits until the upload worker has judged the file
  for _ in $(seq 1 240); do
    ask 200 $DIGITAL GET "$FILE"
    case $(member state) in verified | quarantined) return ;; esac
    sleep 0.25
  done
  die 'the upload worker did not look at the file'
}

step "A result file of $RESULT_MIB MiB is uploaded in blocks, interrupted and resumed"
head -c "$((RESULT_MIB * 1048576))" /dev/urandom > "$WORK/report.bin"
DIGEST=$(sha256sum "$WORK/report.bin" | cut -d' ' -f1)
announce 'Extraction report.bin' "$WORK/report.bin" "$DIGEST"
REPORT=$FILE
for index in $(seq 0 $((BLOCKS / 3))); do send "$WORK/report.bin" "$index"; done
say "The line drops after $((BLOCKS / 3 + 1)) of $BLOCKS blocks."
ask 409 $DIGITAL POST "$FILE/completion" '{}'
say "Completing now is refused: $(member code)"
ask 200 $DIGITAL GET "$FILE/blocks"
say "The service has $(member stored) blocks; the rest is sent."
printf '%s' "$BODY" | grep -o '"from":[0-9]*,"to":[0-9]*' | tr -cs '0-9\n' ' ' > "$WORK/missing"
while read -r from to; do
  for index in $(seq "$from" "$to"); do send "$WORK/report.bin" "$index"; done
done < "$WORK/missing"
ask 200 $DIGITAL POST "$FILE/completion" '{}'
settled
expect 'What the upload worker found' "$(member state)" verified

step 'A second file whose declared hash is wrong goes to quarantine'
head -c 100000 /dev/urandom > "$WORK/second.bin"
announce 'Second report.bin' "$WORK/second.bin" "$DIGEST"
send "$WORK/second.bin" 0
ask 200 $DIGITAL POST "$FILE/completion" '{}'
settled
expect 'What the upload worker found' "$(member state)" quarantined
ask 409 $DIGITAL GET "$FILE/content"
say "Opening it is refused: $(member code)"

# ---- Findings, review, release --------------------------------------------------------------------

step 'Analysis, a finding, and a result that rests on it'
take $DIGITAL "$PHONE" analyse
note $DIGITAL "$PHONE" 'Messages of the day read; working copy used throughout.'
ask 201 $DIGITAL POST "$PHONE/findings" '{"questionId":"'"$PHONE_QUESTION"'",
  "exhibitId":"'"$HANDSET"'","statement":"Fourteen messages to one number on the day.",
  "opinion":false,"limitations":["Deleted messages may exist that were not recovered."]}'
FINDING=$(member id)
finish $DIGITAL "$PHONE" analyse '"tool":"Sample Analyser","tool_version":"3.1","scope_kept":true,
  "summary":"Fourteen messages to one number.","further_acquisition":false'
take $DIGITAL "$PHONE" prepare_result
ask 201 $DIGITAL POST "$PHONE/results" '{"questionId":"'"$PHONE_QUESTION"'",
  "conclusion":"The handset exchanged fourteen messages with one number that day.",
  "findings":["'"$FINDING"'"],"files":["'"${REPORT##*/}"'"]}'
RESULT=$CASE/results/$(member id)
finish $DIGITAL "$PHONE" prepare_result '"questions_answered":"Both points","deviation":false'
status $OFFICER "$REFERENCE"
say "Released results the officer sees: $(printf '%s' "$BODY" | grep -o '"released":\["' | wc -l)"
ask 404 $OFFICER GET "$RESULT"

step 'Another person reviews, a third releases; nobody passes their own work'
review() { # review PERSON KIND STATUS
  ask 200 $REVIEWER GET "$RESULT"
  ask "$3" "$1" POST "$RESULT/reviews" '{"kind":"'"$2"'","passed":true,"comments":"Checked."}' "$ETAG"
}
review $DIGITAL technical 409
say "The author reviewing: $(member code)"
review $REVIEWER technical 200
review $REVIEWER administrative 200
ask 200 $REPORTER GET "$RESULT"
ask 200 $REPORTER POST "$RESULT/release" '{}' "$ETAG"
expect 'State of the result' "$(member state)" released
take $REPORTER "$PHONE" conclude
finish $REPORTER "$PHONE" conclude '"exhibits_next":"return_to_officer","resealed":true'

step 'The officer reads the released result and fetches its file'
status $OFFICER "$REFERENCE"
say "Released results the officer sees: $(printf '%s' "$BODY" | grep -o '"released":\["' | wc -l)"
ask 200 $OFFICER GET "$RESULT"
say "Conclusion: $(member conclusion)"
curl -sS --fail-with-body -o "$WORK/fetched.bin" -H "Authorization: Bearer $(token $OFFICER)" \
  -H 'Access-Reason: Tour of the service' "$BASE$REPORT/content"
expect 'Hash of the fetched file' "$(sha256sum "$WORK/fetched.bin" | cut -d' ' -f1)" "$DIGEST"
rm "$WORK/fetched.bin" "$WORK/report.bin"

# ---- The knife ------------------------------------------------------------------------------------

step 'A fingerprint practitioner examines the knife; another verifies the comparison'
take $FINGERPRINTS "$MARKS" receive
finish $FINGERPRINTS "$MARKS" receive '"seals_match":true,"references_match":true,
  "condition":"sealed_intact","packaging":"tamper_evident_bag"'
act $FINGERPRINTS "$KNIFE" unsealed '"reason":"To examine the knife"'
take $FINGERPRINTS "$MARKS" visual_examination
note $FINGERPRINTS "$MARKS" 'Handle examined under white light: no ridge detail.'
finish $FINGERPRINTS "$MARKS" visual_examination '"light_source":"white",
  "surface":"non_porous","marks_seen":0,"contaminant":"none","dna_first":false'
take $FINGERPRINTS "$MARKS" choose_sequence
finish $FINGERPRINTS "$MARKS" choose_sequence '"plan":"no_further_work",
  "rationale":"The surface carries no ridge detail and has been wiped."'
ask 201 $FINGERPRINTS POST "$MARKS/findings" '{"questionId":"'"$KNIFE_QUESTION"'",
  "exhibitId":"'"$KNIFE"'","statement":"No ridge detail.","opinion":false,"limitations":[]}'
FINDING=$(member id)
take $FINGERPRINTS "$MARKS" prepare_result
ask 201 $FINGERPRINTS POST "$MARKS/results" '{"questionId":"'"$KNIFE_QUESTION"'",
  "conclusion":"No fingerprints were found on the knife.","findings":["'"$FINDING"'"],"files":[]}'
RESULT=$CASE/results/$(member id)
finish $FINGERPRINTS "$MARKS" prepare_result '"questions_answered":"Yes","deviation":false'
review $SECOND_FINGERPRINTS technical 200
review $REVIEWER administrative 200
ask 200 $REPORTER GET "$RESULT"
ask 200 $REPORTER POST "$RESULT/release" '{}' "$ETAG"
say 'Two reviews passed, and it is released.'
take $REPORTER "$MARKS" conclude
finish $REPORTER "$MARKS" conclude '"exhibits_next":"return_to_officer","resealed":true'

step 'Both exhibits are sealed again and handed back'
act $DIGITAL "$HANDSET" resealed '"seal":"HR'"$SEAL"'"'
hand_over $DIGITAL $OFFICER "$HANDSET"
act $FINGERPRINTS "$KNIFE" resealed '"seal":"KR'"$SEAL"'"'
hand_over $FINGERPRINTS $OFFICER "$KNIFE"
ask 200 $OFFICER GET "$CASE/exhibits/$HANDSET/continuity"
say "Acts in the handset's continuity: $(members kind | wc -l)"
status $OFFICER "$REFERENCE"
expect 'What the officer sees' "$(member state)" results_released

# ---- The bundle -----------------------------------------------------------------------------------

step 'The case is exported as a bundle, and verified without trusting the service'
export CONTINUITY_TOKEN
CONTINUITY_TOKEN=$(token $REPORTER)
"$CONTINUITY" export --url "$BASE" --case "${CASE##*/}" --recipient 'Defence expert' \
  --purpose 'Disclosure in the tour' --out "$OUT/bundle.tar"
rm -rf "$OUT/bundle" && mkdir "$OUT/bundle" && tar -xf "$OUT/bundle.tar" -C "$OUT/bundle" --strip-components 1
FINGERPRINT=$("$CONTINUITY" fingerprint)
printf '%s\n' "$FINGERPRINT" > "$OUT/fingerprint"
say "The force publishes this fingerprint of its log's key: $FINGERPRINT"
"$CONTINUITY" verify "$OUT/bundle" --fingerprint "$FINGERPRINT"
(cd "$OUT/bundle" && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt)

step 'A copy with one byte changed is rejected, and the event is named'
rm -rf "$WORK/copy" && cp -r "$OUT/bundle" "$WORK/copy"
EVENT=$WORK/copy/data/events/000003.json
printf '%s' "$(sed 's/"seq":3/"seq":4/' "$EVENT")" > "$EVENT"
if "$CONTINUITY" verify "$WORK/copy" --fingerprint "$FINGERPRINT" > "$WORK/verdict" 2>&1; then
  die 'a changed bundle was accepted'
fi
grep -m 1 'event 000003' "$WORK/verdict" | sed 's/^/   /' || die "no event named: $(cat "$WORK/verdict")"

printf '\nThe tour is over. The bundle is in %s\n' "$OUT"
