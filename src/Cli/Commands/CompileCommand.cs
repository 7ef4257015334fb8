using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen compile</c>: writes the C# that the generator would emit.</summary>
internal sealed class CompileCommand
{
    private readonly ToolConsole _console;
    private readonly Argument<string> _model = CommonArguments.Model();
    private readonly Option<string> _folder = new("--output", "-o") { Description = "The folder to write to.", Required = true, HelpName = "dir" };
    private readonly Option<bool> _selfContained = new("--self-contained") { Description = "Write the kernels too, so that no package is needed (--runtime Source)." };
    private readonly Option<bool> _timings = new("--timings") { Description = "Show how long each stage took." };
    private readonly Option<string> _blob = new("--weights-blob") { Description = "Where to write the weights of a model that is too large for source.", HelpName = "file" };
    private readonly Option<string> _resource = new("--weight-resource") { Description = "The name of the assembly's resource that will hold that file.", HelpName = "name" };
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly ModelOptions _options;

    private CompileCommand(ToolConsole console, Command command)
    {
        _console = console;
        command.Arguments.Add(_model);
        foreach (System.CommandLine.Option option in new System.CommandLine.Option[] { _folder, _selfContained, _timings, _blob, _resource, _json })
            command.Options.Add(option);
        _options = ModelOptions.AddTo(command);
        command.SetAction(Run);
    }

    /// <summary>Makes the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var command = new Command("compile", "Writes the C# that the generator would emit.");
        _ = new CompileCommand(console, command);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        _console.IsJson = parsed.GetValue(_json);
        string path = parsed.GetValue(_model)!;
        CompilerOptions options = OptionsOf(parsed, path);
        var diagnostics = new DiagnosticBag();
        if (ModelFile.Open(path, diagnostics) is not { } source)
        {
            _console.Print(path, diagnostics.ToImmutable());
            throw new ToolException("the model was not read");
        }

        var clock = new StageClock();
        CompilationResult result = ModelCompiler.Compile(source, options, clock.Start, CancellationToken.None);
        clock.Stop();
        _console.Print(path, result.Diagnostics);
        if (!result.Success) throw new ToolException("the model was not compiled");
        Write(parsed, result);
        if (parsed.GetValue(_timings)) clock.Print(_console);
        return 0;
    }

    private CompilerOptions OptionsOf(ParseResult parsed, string path)
    {
        CompilerOptions options = _options.Read(parsed, _console);
        if (parsed.GetValue(_selfContained)) options = options with { Runtime = RuntimeMode.Source };
        string stem = options.ClassName ?? ClassNames.FromFileName(path);
        return options with { WeightResource = parsed.GetValue(_resource) ?? stem + ".weights" };
    }

    private void Write(ParseResult parsed, CompilationResult result)
    {
        string folder = parsed.GetValue(_folder)!;
        Directory.CreateDirectory(folder);
        string[] files = [.. result.Sources.Select(s => Path.Combine(folder, s.HintName))];
        for (int i = 0; i < files.Length; i++) File.WriteAllText(files[i], result.Sources[i].Text, new UTF8Encoding(false));
        string? blob = WriteBlob(parsed, result, folder);
        foreach (string file in files) _console.WriteLine(file);
        if (blob is not null) _console.WriteLine(blob);
        _console.WriteJson(new
        {
            files,
            weightsBlob = blob,
            weightResource = blob is null ? null : result.Plan!.Options.WeightResource,
            className = result.Plan!.ClassName,
            weightBytes = result.Plan.WeightBytes,
            scratchBytes = result.Plan.ArenaBytes,
            macs = result.Plan.MultiplyAdds,
            diagnostics = _console.Diagnostics,
        });
    }

    private string? WriteBlob(ParseResult parsed, CompilationResult result, string folder)
    {
        if (result.WeightBlob.IsEmpty) return null;
        string file = parsed.GetValue(_blob) ?? Path.Combine(folder, result.Plan!.ClassName + ".weights.bin");
        using (FileStream stream = File.Create(file)) stream.Write(result.WeightBlob.Span);
        _console.Note("The weights go into the project as a resource: <EmbeddedResource Include=\"" + file + "\" LogicalName=\"" + result.Plan!.Options.WeightResource + "\" />");
        return file;
    }

    /// <summary>Times the stages between the compiler's announcements.</summary>
    private sealed class StageClock
    {
        private readonly System.Collections.Generic.List<(string Stage, double Milliseconds)> _stages = [];
        private string? _stage;
        private long _started;

        public void Start(string stage)
        {
            Stop();
            _stage = stage;
            _started = Stopwatch.GetTimestamp();
        }

        public void Stop()
        {
            if (_stage is not null) _stages.Add((_stage, Stopwatch.GetElapsedTime(_started).TotalMilliseconds));
            _stage = null;
        }

        public void Print(ToolConsole console)
        {
            foreach ((string stage, double milliseconds) in _stages)
                console.Note(stage.PadRight(10) + milliseconds.ToString("F1", CultureInfo.InvariantCulture).PadLeft(10) + " ms");
            console.Note("total".PadRight(10) + _stages.Sum(static s => s.Milliseconds).ToString("F1", CultureInfo.InvariantCulture).PadLeft(10) + " ms");
        }
    }
}
