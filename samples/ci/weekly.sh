#!/bin/sh
# Exports, reports on last week and mails it, once a week; for cron, as a user of its own:
#   30 6 * * 1  . $HOME/.config/runtally-weekly && weekly.sh
# where that file (mode 600) holds lines such as
#   export TELNYX_API_KEY=... MAIL_FROM=tests@example.com MAIL_TO=team@example.com
#
#   EXPORT        the command that exports into the folder it gets as last word, without spaces in its
#                 words (default: telnyx.sh of ../export; see samples/export for the others)
#   MAIL_FROM     the sender, an address alone
#   MAIL_TO       the recipients, addresses alone with spaces between them
#   SEND          the command that sends a message from standard input (default: msmtp where there
#                 is one, else sendmail)
#   RUNTALLY_HOME where exports, history and reports live (default: ~/agent-tests)
#   WEEK          another week than last week, as 2026-W47
#   SITE          where the site is written, for a web server to show (default: RUNTALLY_HOME/site). All
#                 users of the machine may read it; the rest of RUNTALLY_HOME is for this user alone
#   LINK          where the site is published, for the link in the mail
# A week is mailed once: call it again after trouble. Exit status: 0, also for a missed gate, which stands
# in the mail; else not 0, and cron mails what stands on standard error. A week without a run is not mailed.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
: "${MAIL_FROM:?set MAIL_FROM to the sender of the mail}" "${MAIL_TO:?set MAIL_TO to its recipients}"
home=${RUNTALLY_HOME:-$HOME/agent-tests}
site=${SITE:-$home/site}
# A week back, for date of GNU and busybox, and of BSD.
then=$(($(date +%s) - 7 * 86400))
week=${WEEK:-$(date -u -d "@$then" +%G-W%V 2>/dev/null || date -u -r "$then" +%G-W%V)}

mkdir -p "$home/sent"
cd "$home"
if [ -f "sent/$week.eml" ]; then
	echo "weekly.sh: $week was sent" >&2
	exit 0
fi

# 3: the API cuts its lists; what it gave is there, and the report says that it may be cut short.
status=0
if [ -n "${EXPORT:-}" ]; then
	$EXPORT "exports/$week" || status=$?
else
	sh "$here/../export/telnyx.sh" "exports/$week" || status=$?
fi
case $status in
0 | 3) ;;
*) exit "$status" ;;
esac

# 1: a gate was missed; 3: some input was bad. The mail says both.
rm -f "$week.eml" "$week.ndjson"
set -- -q --week "$week" --history history -o site="$site" -o "$week.eml" -o "$week.ndjson" \
	--mail-from "$MAIL_FROM"
for address in $MAIL_TO; do
	set -- "$@" --mail-to "$address"
done
[ -z "${LINK:-}" ] || set -- "$@" --link "$LINK"
status=0
runtally "$@" "exports/$week" || status=$?
case $status in
0 | 1 | 3) ;;
*) exit "$status" ;;
esac
chmod -R go=rX "$site"

# Not sent, so that the next call tries again.
if [ ! -s "$week.ndjson" ]; then
	echo "weekly.sh: no run in $week; nothing was sent" >&2
	exit 1
fi
rm -f "$week.ndjson"

# shellcheck disable=SC2086 # words of a command, and addresses
if [ -n "${SEND:-}" ]; then
	$SEND <"$week.eml"
elif command -v msmtp >/dev/null 2>&1; then
	msmtp -f "$MAIL_FROM" -- $MAIL_TO <"$week.eml"
else
	PATH=$PATH:/usr/sbin:/usr/lib sendmail -i -f "$MAIL_FROM" -- $MAIL_TO <"$week.eml"
fi
mv "$week.eml" sent/
