#!/bin/sh
# Chromium for the browser tests, where none is found. Under CI a machine without one is a failure.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  echo "installing Chromium"
  { $sudo apt-get update -qq && $sudo apt-get install -qq -y --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0
fi
echo "No Chromium was found and it could not be installed: the browser tests will be skipped. Install chromium by hand." >&2
[ "${CI:-}" = true ] && exit 1
exit 0
