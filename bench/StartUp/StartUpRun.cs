using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using RedGen.Bench.Compare;
using RedGen.Cli.Execution;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Bench.StartUp;

/// <summary>Writes a program a form of compilation, and one that calls ONNX Runtime; starts them in turns.</summary>
internal sealed class StartUpRun(ComparedModel model, string ort, string hashing, string[] forms, string folder)
{
    private const string Space = "RedGenProgram";

    /// <summary>A form: its name, how it is published, and how the program is started.</summary>
    private sealed record Form(string Name, string Properties, bool IsOrt, bool IsAot);

    private static readonly Form[] Forms =
    [
        new(StartUpTimes.Ort, "<TargetFramework>net10.0</TargetFramework>", true, false),
        new("JIT", "<TargetFramework>net10.0</TargetFramework>", false, false),
        new("JIT, kernels too", "<TargetFramework>net9.0</TargetFramework><RollForward>Major</RollForward>", false, false),
        new("ReadyToRun", "<TargetFramework>net10.0</TargetFramework><PublishReadyToRun>true</PublishReadyToRun>", false, false),
        new("NativeAOT", "<TargetFramework>net9.0</TargetFramework><IlcInstructionSet>native</IlcInstructionSet>" + Aot, false, true),
        new("NativeAOT, any x64", "<TargetFramework>net9.0</TargetFramework>" + Aot, false, true),
    ];

    private const string Aot = "<PublishAot>true</PublishAot><OptimizationPreference>Size</OptimizationPreference><StackTraceSupport>false</StackTraceSupport>"
        + "<UseSystemResourceKeys>true</UseSystemResourceKeys><EventSourceSupport>false</EventSourceSupport><ConcurrentGarbageCollection>false</ConcurrentGarbageCollection><CppCompilerAndLinker Condition=\"'$(OS)' != 'Windows_NT'\">gcc</CppCompilerAndLinker>";

    /// <summary>Publishes all programs and starts each so many times, twice in a row: a start behind another program's finds its memory in no cache.</summary>
    /// <exception cref="InvalidOperationException">The model does not compile, or a program is not published.</exception>
    public IReadOnlyList<StartUpTimes> Measure(int runs)
    {
        var options = new CompilerOptions { Namespace = Space, ClassName = "Model", WeightResource = Space + ".weights", Hashing = Enum.Parse<Hashing>(hashing, ignoreCase: true) };
        CompilationResult result = ModelCompiler.Compile(ModelSource.FromBytes(model.Name + ".onnx", File.ReadAllBytes(model.Path)), options);
        if (!result.Success) throw new InvalidOperationException(model.Name + " is not compiled: " + result.Diagnostics.First());
        var generated = new GeneratedModel(Space, result);
        if (generated.Outputs.Any(static o => o.Type is TensorType { IsOpen: true })) throw new InvalidOperationException(model.Name + " has an output of run time's length");
        Form[] measured = [.. Forms.Where(f => f.IsOrt || forms.Length == 0 || forms.Any(n => f.Name.StartsWith(n, StringComparison.Ordinal)))];
        string[] programs = [.. measured.Select((form, i) => Publish(form, generated, Path.Combine(folder, model.Name, i.ToString(CultureInfo.InvariantCulture))))];
        var best = new double[programs.Length][];
        for (int run = 0; run < runs; run++)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                double[] times = [.. Start(programs[i]).Zip(Start(programs[i]), Math.Min)];
                best[i] = best[i] is { } before ? [.. before.Zip(times, Math.Min)] : times;
            }
        }

        return [.. measured.Select((form, i) => new StartUpTimes(model.Name, form.Name, best[i][0], best[i][1], best[i][3], best[i][2], form.IsAot ? new FileInfo(programs[i]).Length : 0))];
    }

    private double[] Start(string program)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(program, [ort, model.Path]) { RedirectStandardOutput = true })!;
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException(program + " printed nothing");
        double wall = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        process.WaitForExit();
        return [.. line.Split(' ').Select(static n => double.Parse(n, CultureInfo.InvariantCulture)), wall];
    }

    private static string Publish(Form form, GeneratedModel generated, string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), form.IsOrt ? StartUpProgram.WithOrt(generated) : StartUpProgram.WithRedGen(generated));
        if (form.IsOrt) CopyHarness(folder);
        else foreach (GeneratedSource source in generated.Result.Sources) File.WriteAllText(Path.Combine(folder, source.HintName), source.Text);
        if (!generated.Result.WeightBlob.IsEmpty) File.WriteAllBytes(Path.Combine(folder, "weights.bin"), generated.Result.WeightBlob.ToArray());
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), "<Project />\n");
        File.WriteAllText(Path.Combine(folder, "Directory.Packages.props"), "<Project />\n");
        File.WriteAllText(Path.Combine(folder, "started.csproj"), Project(form));
        string output = Path.Combine(folder, "out");
        string log = JitRun.Run("dotnet", ["publish", folder, "-c", "Release", "-v", "q", "-nologo", "-o", output], out string errors);
        string program = Path.Combine(output, "started" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return File.Exists(program) ? program : throw new InvalidOperationException(form.Name + " was not published: " + log + errors);
    }

    private static string Project(Form form) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            {form.Properties}
            <OutputType>Exe</OutputType>
            <LangVersion>13</LangVersion>
            <Nullable>enable</Nullable>
            <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
            <SelfContained Condition="'$(PublishAot)' != 'true'">false</SelfContained>
            <InvariantGlobalization>true</InvariantGlobalization>
            <RuntimeIdentifier>{AotRun.Platform}</RuntimeIdentifier>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="{(form.Properties.Contains("net10.0", StringComparison.Ordinal) ? Precompiled() : typeof(Runtime.Dense).Assembly.Location)}" />
            <EmbeddedResource Include="weights.bin" LogicalName="{Space}.weights" Condition="Exists('weights.bin')" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>The library as a project of .NET 10 has it from the package.</summary>
    private static string Precompiled()
    {
        string path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "precompiled", "release", AotRun.Platform, "net10.0", "RedGen.Runtime.dll"));
        return File.Exists(path) ? path : throw new InvalidOperationException(path + " is missing: dotnet pack nuget/RedGen.Package.csproj -c Release makes it");
    }

    private static void CopyHarness(string folder)
    {
        Assembly own = typeof(StartUpRun).Assembly;
        foreach (string name in new[] { "OrtApi.cs", "OrtSession.cs", "ToolException.cs" })
        {
            using Stream from = own.GetManifestResourceStream("Harness/" + name)!;
            using FileStream to = File.Create(Path.Combine(folder, name));
            from.CopyTo(to);
        }
    }
}
