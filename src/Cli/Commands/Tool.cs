using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using RedGen.Cli.Output;

namespace RedGen.Cli.Commands;

/// <summary>The table of verbs, and the seam at which every failure becomes a line of text and an exit code.</summary>
internal static class Tool
{
    /// <summary>The exit code of a command that did not do what was asked.</summary>
    public const int Failed = 1;

    /// <summary>The exit code of a bug.</summary>
    private const int Bug = 2;

    /// <summary>Parses the arguments and runs the verb that they name.</summary>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var console = new ToolConsole(output, error) { Cancellation = cancellationToken };
        RootCommand root = CreateRoot(console);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not TerminatingAction) return ReportMisuse(parsed, console);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (ToolException problem)
        {
            console.Fail(problem.Message);
            return CodeOf(parsed, Failed);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            console.Fail(problem.Message);
            return CodeOf(parsed, Failed);
        }
        catch (OperationCanceledException)
        {
            console.Fail("cancelled");
            return CodeOf(parsed, Failed);
        }
        catch (Exception bug)
        {
            string line = bug.Message.ReplaceLineEndings(" ");
            console.Fail("this is a bug of redgen, please report it: " + bug.GetType().Name + ": " + line);
            return CodeOf(parsed, Bug);
        }
    }

    private static RootCommand CreateRoot(ToolConsole console)
    {
        var root = new RootCommand("Compiles, tests, measures and explains ONNX models as plain C#.")
        {
            new InspectCommand(console).Command,
            new CompileCommand(console).Command,
            TestCommand.Create(console),
            new RunCommand(console).Command,
            new EvalCommand(console).Command,
            new TuneCommand(console).Command,
            new BenchCommand(console).Command,
            new ReportCommand(console).Command,
            new FirmwareCommand(console).Command,
            VerifyCommand.Create(console),
            CheckCommand.Create(console),
        };
        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        root.Options.Add(new Option<bool>("--version") { Description = "Show the version.", Action = new VersionAction() });
        return root;
    }

    /// <summary>The exit code of a failure: one of its own for verify and check, whose others say what a property does.</summary>
    private static int CodeOf(ParseResult parsed, int usual) => parsed.CommandResult.Command.Name is VerifyCommand.Name or CheckCommand.Name ? VerifyCommand.Error : usual;

    private static int ReportMisuse(ParseResult parsed, ToolConsole console)
    {
        console.IsJson = parsed.Tokens.Any(static t => t.Value == "--json");
        string command = parsed.CommandResult.Command is RootCommand ? "redgen" : "redgen " + parsed.CommandResult.Command.Name;
        string problems = string.Join(" ", parsed.Errors.Select(static e => e.Message));
        console.Fail(problems + " '" + command + " --help' shows the usage.");
        return CodeOf(parsed, Failed);
    }

    /// <summary>Help and version end the run whatever else the arguments hold.</summary>
    private abstract class TerminatingAction : SynchronousCommandLineAction;

    private sealed class VersionAction : TerminatingAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(Tool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            parseResult.InvocationConfiguration.Output.WriteLine(version.Split('+')[0]);
            return 0;
        }
    }
}
