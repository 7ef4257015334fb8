using System.CommandLine;
using RedGen.Cli.Output;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Commands;

/// <summary>What the verbs about one model share: its path, --json, and the options of the compiler.</summary>
internal abstract class ModelCommand
{
    private readonly Argument<string> _model = new("model") { Description = "The model's file, such as digits.onnx." };
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly ModelOptions _options;

    /// <summary>Makes the command.</summary>
    protected ModelCommand(ToolConsole console, string name, string description)
    {
        Console = console;
        Command = new Command(name, description);
        Command.Arguments.Add(_model);
        Command.Options.Add(_json);
        _options = ModelOptions.AddTo(Command);
        Command.SetAction(parsed =>
        {
            Console.IsJson = parsed.GetValue(_json);
            return Run(parsed, parsed.GetValue(_model)!, _options.Read(parsed, Console));
        });
    }

    /// <summary>The command for the table of verbs.</summary>
    public Command Command { get; }

    /// <summary>Where the command writes.</summary>
    protected ToolConsole Console { get; }

    /// <summary>Adds an option of the verb's own.</summary>
    protected Option<T> Add<T>(Option<T> option)
    {
        Command.Options.Add(option);
        return option;
    }

    /// <summary>Does what the verb says.</summary>
    /// <returns>The exit code.</returns>
    protected abstract int Run(ParseResult parsed, string path, CompilerOptions options);
}
