# SPDX-License-Identifier: Apache-2.0
# settings.sh - the settings of this device, as gr-config prints them, in setting_ variables.
# Sourced by rotate.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# The variables belong to the files that the head of rotate.sh names.

# settings_load reads all of them: at the start, and again when a job is taken, so that a change
# needs no restart. Who and where the device is goes to the programs in the environment: what a
# nucleus says is looked up once and holds until the driver ends.
settings_load() {
	ask gr-config || return
	while IFS='=' read -r key value; do
		case $key in
		thingName) setting_thing=$value; export GR_THING_NAME="$value" ;;
		privateKeyPath) export GR_PRIVATE_KEY_PATH="$value" ;;
		certificateFilePath) export GR_CERTIFICATE_FILE_PATH="$value" ;;
		rootCaPath) export GR_ROOT_CA_PATH="$value" ;;
		iotDataEndpoint) export GR_IOT_DATA_ENDPOINT="$value" ;;
		iotDataPort) export GR_IOT_DATA_PORT="$value" ;;
		runtime) setting_runtime=$value; export GR_RUNTIME="$value" ;;
		greengrassRoot) export GR_GREENGRASS_ROOT="$value" ;;
		pkcs11Module) export GR_PKCS11_MODULE="$value" ;;
		pkcs11Token) export GR_PKCS11_TOKEN="$value" ;;
		pkcs11Slot) export GR_PKCS11_SLOT="$value" ;;
		pkcs11PinSource) export GR_PKCS11_PIN_SOURCE="$value" ;;
		refusalWindowSeconds) setting_refusal_window=$value ;;
		trialSeconds) setting_trial_seconds=$value ;;
		trialMinimumSeconds) setting_trial_minimum=$value ;;
		requestTimeoutSeconds) setting_request_timeout=$value ;;
		repeatSeconds) setting_repeat_seconds=$value ;;
		pollSeconds) setting_poll_seconds=$value ;;
		retryMinMilliseconds) setting_retry_min=$value ;;
		retryMaxMilliseconds) setting_retry_max=$value ;;
		recordGraceSeconds) setting_record_grace=$value ;;
		watchdog) setting_watchdog=$value ;;
		rotateBeforeDays) setting_rotate_before=$value ;;
		rotateAtPercent) setting_rotate_percent=$value ;;
		rotateAfterDays) setting_rotate_after=$value ;;
		restartHook) setting_hook=$value ;;
		keyAlgorithm) setting_key_algorithm=$value ;;
		signingAlgorithm) setting_signing_algorithm=$value ;;
		esac
	done <<END
$answer
END
	choose_hook
}
