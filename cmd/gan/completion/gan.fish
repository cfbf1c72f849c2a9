# Completion of gan for fish. To have it in every shell:
#   gan completion fish > ~/.config/fish/completions/gan.fish
function __gan_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (string replace -r -- '^--[^=]*=' '' $current)
            case :folders
                __fish_complete_directories (string replace -r -- '^--[^=]*=' '' $current) ''
            case '*'
                echo $line
        end
    end
end
complete -c gan -f -a '(__gan_complete)'
