using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen compile</c>: writes the C# that the generator would emit.</summary>
internal sealed class CompileCommand : ModelCommand
{
    private readonly Option<string> _folder;
    private readonly Option<bool> _selfContained;
    private readonly Option<bool> _timings;
    private readonly Option<string> _blob;
    private readonly Option<string> _resource;

    /// <summary>Makes the command.</summary>
    public CompileCommand(ToolConsole console)
        : base(console, "compile", "Writes the C# that the generator would emit.")
    {
        _folder = Add(new Option<string>("--output", "-o") { Description = "The folder to write to.", Required = true, HelpName = "dir" });
        _selfContained = Add(new Option<bool>("--self-contained") { Description = "Write the kernels too, so that no package is needed (--runtime Source)." });
        _timings = Add(new Option<bool>("--timings") { Description = "Show how long each stage took, and the most memory that the process had until then." });
        _blob = Add(new Option<string>("--weights-blob") { Description = "Where to write the weights of a model that is too large for source.", HelpName = "file" });
        _resource = Add(new Option<string>("--weight-resource") { Description = "The name of the assembly's resource that will hold that file.", HelpName = "name" });
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        ModelSource source = Open(parsed, path, options);
        if (parsed.GetValue(_selfContained)) options = options with { Runtime = RuntimeMode.Source };
        string stem = options.ClassName ?? ClassNames.FromFileName(path);
        options = options with { WeightResource = parsed.GetValue(_resource) ?? stem + ".weights" };
        var clock = new StageClock();
        CompilationResult result = ModelCompiler.Compile(source, options, clock.Start, CancellationToken.None);
        clock.Stop();
        Console.Print(path, result.Diagnostics);
        if (!result.Success) throw new ToolException("the model was not compiled");
        Write(parsed, result, clock);
        if (parsed.GetValue(_timings)) clock.Print(Console);
        return 0;
    }

    private void Write(ParseResult parsed, CompilationResult result, StageClock clock)
    {
        string folder = parsed.GetValue(_folder)!;
        Directory.CreateDirectory(folder);
        string[] files = [.. result.Sources.Select(s => Path.Combine(folder, s.HintName))];
        for (int i = 0; i < files.Length; i++) File.WriteAllText(files[i], result.Sources[i].Text, new UTF8Encoding(false));
        string? blob = WriteBlob(parsed, result, folder);
        foreach (string file in files) Console.WriteLine(file);
        if (blob is not null) Console.WriteLine(blob);
        Console.WriteJson(new
        {
            files,
            weightsBlob = blob,
            weightResource = blob is null ? null : result.Plan!.Options.WeightResource,
            className = result.Plan!.ClassName,
            weightBytes = result.Plan.WeightBytes,
            scratchBytes = result.Plan.ArenaBytes,
            macs = result.Plan.MultiplyAdds,
            timings = clock.Milliseconds,
            peakBytes = clock.PeakBytes,
            diagnostics = Console.Diagnostics,
        });
    }

    private string? WriteBlob(ParseResult parsed, CompilationResult result, string folder)
    {
        if (result.WeightBlob.IsEmpty) return null;
        string file = parsed.GetValue(_blob) ?? Path.Combine(folder, result.Plan!.ClassName + ".weights.bin");
        using (FileStream stream = File.Create(file)) stream.Write(result.WeightBlob.Span);
        Console.Note("The weights go into the project as a resource: <EmbeddedResource Include=\"" + file + "\" LogicalName=\"" + result.Plan!.Options.WeightResource + "\" />");
        return file;
    }

    /// <summary>Times the stages between the compiler's announcements.</summary>
    private sealed class StageClock
    {
        private readonly List<(string Stage, double Milliseconds, long PeakBytes)> _stages = [];
        private string? _stage;
        private long _started;

        /// <summary>Milliseconds by stage.</summary>
        public Dictionary<string, double> Milliseconds => _stages.ToDictionary(static s => char.ToLowerInvariant(s.Stage[0]) + s.Stage[1..], static s => s.Milliseconds);

        /// <summary>The most memory of the process by the end of each stage.</summary>
        public Dictionary<string, long> PeakBytes => _stages.ToDictionary(static s => char.ToLowerInvariant(s.Stage[0]) + s.Stage[1..], static s => s.PeakBytes);

        public void Start(string stage)
        {
            Stop();
            _stage = stage;
            _started = Stopwatch.GetTimestamp();
        }

        public void Stop()
        {
            if (_stage is not null) _stages.Add((_stage, Stopwatch.GetElapsedTime(_started).TotalMilliseconds, Peak()));
            _stage = null;
        }

        private static long Peak()
        {
            using var self = Process.GetCurrentProcess();
            return self.PeakWorkingSet64;
        }

        public void Print(ToolConsole console)
        {
            foreach ((string stage, double milliseconds, long peak) in _stages)
                console.Note(stage.PadRight(10) + milliseconds.ToString("F1", CultureInfo.InvariantCulture).PadLeft(10) + " ms" + (peak >> 20).ToString(CultureInfo.InvariantCulture).PadLeft(8) + " MB");
            console.Note("total".PadRight(10) + _stages.Sum(static s => s.Milliseconds).ToString("F1", CultureInfo.InvariantCulture).PadLeft(10) + " ms");
        }
    }
}
