#compdef gan
# Completion of gan for zsh. To have it in every shell, add to ~/.zshrc, after compinit:
#   source <(gan completion zsh)
# or save this file as _gan in a directory of $fpath.
_gan() {
	local line candidate
	local -a candidates
	for line in "${(@f)$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
		candidate=${line%%$'\t'*}
		case $candidate in
		:files) [[ $PREFIX != --*=* ]] || compset -P '*='; _files ;;
		:folders) [[ $PREFIX != --*=* ]] || compset -P '*='; _files -/ ;;
		?*) candidates+=("$candidate") ;;
		esac
	done
	compadd -a candidates
}
if [[ ${funcstack[1]} = _gan ]]; then _gan "$@"; else compdef _gan gan; fi
