using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using CommandOption = System.CommandLine.Option<string[]>;
using CompilerOption = RedGen.Compiler.Options.Option;

namespace RedGen.Cli.Commands;

/// <summary>The rows of <see cref="OptionTable"/> as options of a command: RedGenFooBar is --foo-bar.</summary>
internal sealed class ModelOptions
{
    private readonly List<(CompilerOption Row, CommandOption Option)> _options;

    private ModelOptions(IEnumerable<CompilerOption> rows) => _options = [.. rows.Select(static r => (r, Create(r)))];

    /// <summary>Adds the options to a command.</summary>
    public static ModelOptions AddTo(Command command)
    {
        var options = new ModelOptions(OptionTable.All);
        foreach ((CompilerOption _, CommandOption option) in options._options) command.Options.Add(option);
        return options;
    }

    /// <summary>Reads what the user gave; what cannot be used is printed as RG0017.</summary>
    /// <exception cref="ToolException">An option could not be used.</exception>
    public CompilerOptions Read(ParseResult parsed, ToolConsole console) => Read(parsed, console, new CompilerOptions());

    /// <summary>Reads what the user gave over other defaults than the table's.</summary>
    /// <exception cref="ToolException">An option could not be used.</exception>
    public CompilerOptions Read(ParseResult parsed, ToolConsole console, CompilerOptions defaults)
    {
        var diagnostics = new DiagnosticBag();
        var given = new List<KeyValuePair<string, string>>();
        foreach ((CompilerOption row, CommandOption option) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false }) continue;
            // Lists may come in parts: --dims a=1 --dims b=2.
            given.Add(new(row.Flag, string.Join(",", parsed.GetValue(option) ?? [])));
        }

        CompilerOptions options = OptionTable.Apply(defaults, given, diagnostics);
        console.Print("redgen", diagnostics.ToImmutable());
        return diagnostics.HasErrors ? throw new ToolException("the options cannot be used") : options;
    }

    private static CommandOption Create(CompilerOption row)
    {
        string accepted = row.Choices.IsEmpty ? "" : " Accepted: " + string.Join(", ", row.Choices) + ".";
        string fallback = row.Default.Length == 0 ? "" : " Default: " + row.Default + ".";
        string availability = row.IsAvailable ? "" : " (not available yet)";
        return new CommandOption(row.Flag)
        {
            Description = row.Help + accepted + fallback + availability,
            HelpName = row.Kind == OptionKind.Pairs ? "name=number,…" : "value",
            Arity = ArgumentArity.OneOrMore,
            // One value a flag: what follows it are the command's own arguments.
            AllowMultipleArgumentsPerToken = false,
        };
    }
}
