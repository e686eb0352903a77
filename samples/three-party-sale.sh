#!/bin/sh
# A sale from data to verdict by the commands alone: three parties sign in order, and what must not pass is refused.
#
# Everything happens in a folder of its own with a rehearsal's keys (emulated cards of people who do not exist): no card,
# no server, no network.  Each step shows the command, what it says and its exit code; the script ends with 1 at the
# first step whose exit code is another than it should be.
#
#   sh samples/three-party-sale.sh [FOLDER]     default: a temporary folder, removed afterwards
#
# SIGNKIT (default: signkit) and PYTHON (default: python3) say what is run; SIGNKIT_LANG is the language (en, ja).
set -u

SIGNKIT=${SIGNKIT:-signkit}
PYTHON=${PYTHON:-python3}
here=$(cd "$(dirname "$0")" && pwd)

if [ $# -gt 0 ]; then
    folder=$1
    mkdir -p "$folder" || exit 1
else
    folder=$(mktemp -d) || exit 1
    trap 'rm -rf "$folder"' EXIT
fi
cp "$here/real-estate-sale/01-existing-house.yaml" "$folder/sale.yaml" || exit 1
cd "$folder" || exit 1
SIGNKIT_HOME=$PWD/home
export SIGNKIT_HOME

# step CODE ARGUMENT...: run signkit, with the emulated cards' password for whoever asks; CODE is what it should end with.
step() {
    wanted=$1
    shift
    echo
    echo "\$ signkit $*"
    echo SIGNKIT1 | $SIGNKIT "$@" 2>&1
    got=$?
    echo "[$got]"
    if [ $got -ne "$wanted" ]; then
        echo "$0: this step should have ended with $wanted" >&2
        exit 1
    fi
}

trust="--trust home/rehearsal/rehearsal-ca.pem"
stamped="--level B-T --tsa rehearsal --pin-stdin"

# The contract, from data.
step 0 render real-estate-sale sale.yaml -o contract.pdf

# Not the buyer's turn, and not the seller's card: nothing is signed.
step 2 sign contract.pdf --as buyer --signer card:virtual:yoshida $stamped
step 2 sign contract.pdf --as seller --signer card:virtual:yoshida $stamped

# Seller, buyer, broker's licensed agent.
step 0 sign contract.pdf --as seller --signer card:virtual:takahashi $stamped
step 0 status contract-seller.pdf $trust
step 0 sign contract-seller.pdf --as buyer --signer card:virtual:yoshida $stamped
step 0 sign contract-seller-buyer.pdf --as broker --signer card:virtual:tsujimoto $stamped

# Evidence for the years to come, and the verdict.
step 0 extend contract-seller-buyer-broker.pdf --tsa rehearsal -o sale.pdf
step 0 status sale.pdf $trust
step 0 validate sale.pdf $trust --offline

# A forger paints another price over the agreed one, as any PDF editor could.
"$PYTHON" - <<'FORGER' || exit 1
from pathlib import Path
from signkit.demo import forge_price
Path("forged.pdf").write_bytes(forge_price(Path("sale.pdf").read_bytes(), 58_000_000))
FORGER
step 1 validate forged.pdf $trust --offline
step 0 diff forged.pdf
