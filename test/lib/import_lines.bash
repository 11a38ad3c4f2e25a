# SPDX-License-Identifier: Apache-2.0
# import_lines.bash - certificates of somebody else's making, as lines for gr-registry import.
# Load after helper.

# foreign NAME [OPENSSL-REQ-OPTION...]: NAME.key and NAME.pem, signed by itself;
# ID is the certificate's.
foreign() {
	local name=$1
	shift
	case " $* " in
	*' -newkey '* | *' -key '*) ;;
	*) set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256 "$@" ;;
	esac
	case " $* " in
	*' -not_after '* | *' -days '*) ;;
	*) set -- "$@" -days 3650 ;;
	esac
	openssl req -x509 -nodes -subj "/CN=$name" -keyout "$name.key" \
		-out "$name.pem" "$@" 2>/dev/null
	ID=$(openssl x509 -in "$name.pem" -outform DER | sha256sum | cut -d ' ' -f 1)
}

# thing_line THING [NAME [MEMBERS [CERTIFICATE-MEMBERS]]]: a thing with the certificate NAME.pem;
# members as a jq object.
thing_line() {
	local members=${3:-{\}} more=${4:-{\}}
	if [ -n "${2:-}" ]; then
		jq -nc --arg thing "$1" --rawfile pem "$2.pem" "{thingName: \$thing, certificates: [{certificatePem: \$pem} + $more]} + $members"
	else
		jq -nc --arg thing "$1" "{thingName: \$thing} + $members"
	fi
}
