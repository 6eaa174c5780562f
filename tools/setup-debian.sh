#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what building and testing needs on Debian 12: as root, or through sudo. Nothing is done when all is there.
set -eu

packages="build-essential autoconf automake libtool autoconf-archive pkg-config libseccomp-dev libunwind-dev libelf-dev
libcmocka-dev libopencv-dev libopenvdb-dev libopenvdb-tools python3-openvdb liblog4cplus-dev libboost-dev libboost-iostreams-dev libtbb-dev libimath-dev python3-opencv
libtiff-dev libwebp-dev libopenexr-dev python3-numpy ffmpeg clang libclang-rt-14-dev gdal-bin libgdcm-tools"

missing=
for p in $packages; do
	dpkg-query -W -f='${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "setup: these packages are missing and there is neither root nor sudo to install them:$missing" >&2
		exit 1
	}
	as_root=sudo
fi
echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
