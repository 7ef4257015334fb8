using System.CommandLine;
using RedGen.Cli.Execution;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Commands;

/// <summary>What the verbs about one model share: its path, --json, and the options of the compiler.</summary>
internal abstract class ModelCommand
{
    private readonly Argument<string> _model = new("model") { Description = "The model's file, such as digits.onnx." };
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Option<string>? _plan;
    private readonly Option<bool> _areDimsShared = new("--dims-are-shared") { Description = "For builds: --dims is meant for several models.", Hidden = true };
    private readonly ModelOptions _options;

    /// <summary>Makes the command.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="name">The verb.</param>
    /// <param name="description">What it does.</param>
    /// <param name="takesPlan">Whether it compiles with a plan file.</param>
    /// <param name="needsModel">Whether it does nothing without a model; otherwise <see cref="RunWithoutModel"/> is asked.</param>
    protected ModelCommand(ToolConsole console, string name, string description, bool takesPlan = true, bool needsModel = true)
    {
        Console = console;
        if (!needsModel) _model.Arity = ArgumentArity.ZeroOrOne;
        Command = new Command(name, description);
        Command.Arguments.Add(_model);
        Command.Options.Add(_json);
        Command.Options.Add(_areDimsShared);
        _options = ModelOptions.AddTo(Command);
        if (takesPlan)
        {
            string help = "The plan of the reduction, as redgen tune writes it; '" + PlanChoice.None + "': without one. Default: the model's name with .redgen.json, beside it, where there is one.";
            _plan = Add(new Option<string>("--plan") { Description = help, HelpName = "file|none" });
        }

        Command.SetAction(parsed =>
        {
            Console.IsJson = parsed.GetValue(_json);
            if (parsed.GetValue(_model) is not { } model) return RunWithoutModel(parsed);
            return Run(parsed, model, _options.Read(parsed, Console) with { DimsAreShared = parsed.GetValue(_areDimsShared) });
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

    /// <summary>Reads the model and the plan that goes with it; problems are printed.</summary>
    /// <exception cref="ToolException">A file cannot be read.</exception>
    protected ModelSource Open(ParseResult parsed, string path, CompilerOptions options)
        => ModelProgram.Open(path, options, _plan is null ? PlanChoice.None : parsed.GetValue(_plan), Console);

    /// <summary>Does what the verb says where no model is named.</summary>
    /// <returns>The exit code.</returns>
    protected virtual int RunWithoutModel(ParseResult parsed) => throw new ToolException("a model is missing: add the file's path");

    /// <summary>Does what the verb says.</summary>
    /// <returns>The exit code.</returns>
    protected abstract int Run(ParseResult parsed, string path, CompilerOptions options);
}
