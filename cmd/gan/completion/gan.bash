# Completion of gan for bash, 3.2 or newer. To have it in every shell, add to ~/.bashrc:
#   source <(gan completion bash)
_gan() {
	# From the line itself: COMP_WORDS is cut at : and =, as in xla:cpu.
	local line=${COMP_LINE:0:COMP_POINT} words cur candidate
	read -ra words <<<"$line"
	[[ $line != *[[:space:]] ]] || words+=("")
	cur=${words[${#words[@]} - 1]}
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		case $candidate in
		:files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "${cur#--*=}")) ;;
		:folders) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "${cur#--*=}")) ;;
		*) COMPREPLY+=("${candidate#"${cur%"${cur##*[:=]}"}"}") ;; # bash replaces only what follows the last : or =
		esac
	done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _gan gan
