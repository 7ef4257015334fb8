using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using RedGen.Cli.Execution;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Bench.Compare;

/// <summary>
/// Measures a model in a program that is compiled ahead of time (net9.0, for the instructions of the processor at hand): the generated
/// code with its kernels as source, the tool's clock, and ONNX Runtime through its C API.
/// </summary>
internal static class AotRun
{
    private const string Space = "RedGenProgram";

    /// <summary>What is published for: this machine. .NET's own name for it may be a distribution's, for which there are no packs.</summary>
    public static string Platform => (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    /// <summary>Measures.</summary>
    public static ModelTimes Measure(ComparedModel model, Comparison comparison, int threads)
    {
        var times = new ModelTimes(model.Name, CodeForm.Aot, threads, null);
        CompilationResult result = ModelCompiler.Compile(
            ModelSource.FromBytes(model.Name + ".onnx", File.ReadAllBytes(model.Path)),
            new CompilerOptions { Namespace = Space, ClassName = "Model", WeightResource = Space + ".weights", Runtime = RuntimeMode.Source, Hashing = Enum.Parse<Hashing>(comparison.Hashing, ignoreCase: true) });
        if (!result.Success) return times with { Problem = "not compiled: " + result.Diagnostics.First() };
        var generated = new GeneratedModel(Space, result);
        if (generated.Inputs.Concat(generated.Outputs).Any(v => v.Type is TensorType { IsOpen: true })) return times with { Problem = "a shape is known at run time only" };
        string folder = Path.Combine(comparison.Output, "aot", model.Name);
        Write(folder, generated);
        string log = JitRun.Run("dotnet", ["publish", folder, "-c", "Release", "-v", "q", "-nologo", "-o", Path.Combine(folder, "out")], out string errors);
        string program = Path.Combine(folder, "out", "compared" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        if (!File.Exists(program)) return times with { Problem = "not published: " + (log + errors).Split('\n').FirstOrDefault(static l => l.Contains("error", StringComparison.Ordinal), "see " + folder) };
        string[] arguments = [comparison.Ort, model.Path, comparison.Seconds.ToString(CultureInfo.InvariantCulture), threads.ToString(CultureInfo.InvariantCulture)];
        string output = JitRun.Run(program, arguments, out errors);
        long Peak(string which) => long.TryParse(JitRun.Run(program, [.. arguments, which], out _), CultureInfo.InvariantCulture, out long bytes) ? bytes : 0;
        return JitRun.Read(times with { ProgramBytes = new FileInfo(program).Length, RedGenPeakBytes = Peak("redgen"), OrtPeakBytes = Peak("ort") }, output, errors);
    }

    private static void Write(string folder, GeneratedModel model)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (GeneratedSource source in model.Result.Sources) File.WriteAllText(Path.Combine(folder, source.HintName), source.Text);
        File.WriteAllText(Path.Combine(folder, "Adapter.cs"), model.AdapterSource());
        File.WriteAllText(Path.Combine(folder, "ModelFacts.cs"), Facts(model));
        if (!model.Result.WeightBlob.IsEmpty) File.WriteAllBytes(Path.Combine(folder, "weights.bin"), model.Result.WeightBlob.ToArray());
        Assembly own = typeof(AotRun).Assembly;
        foreach (string name in own.GetManifestResourceNames().Where(static n => n.StartsWith("Harness/", StringComparison.Ordinal)))
        {
            using Stream from = own.GetManifestResourceStream(name)!;
            using FileStream to = File.Create(Path.Combine(folder, Path.GetFileName(name)));
            from.CopyTo(to);
        }

        // Props and targets of folders above must not reach in.
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), "<Project />\n");
        File.WriteAllText(Path.Combine(folder, "Directory.Packages.props"), "<Project />\n");
        File.WriteAllText(Path.Combine(folder, "compared.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net9.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <LangVersion>13</LangVersion>
                <Nullable>enable</Nullable>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <TreatWarningsAsErrors>false</TreatWarningsAsErrors>
                <PublishAot>true</PublishAot>
                <InvariantGlobalization>true</InvariantGlobalization>
                <IlcInstructionSet>native</IlcInstructionSet>
                <CppCompilerAndLinker Condition="'$(OS)' != 'Windows_NT'">gcc</CppCompilerAndLinker>
                <RuntimeIdentifier>{Platform}</RuntimeIdentifier>
              </PropertyGroup>
              <ItemGroup Condition="Exists('weights.bin')">
                <EmbeddedResource Include="weights.bin" LogicalName="{Space}.weights" />
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>Names, types and shapes, as the harness reads them.</summary>
    private static string Facts(GeneratedModel model)
    {
        static string Rows(IEnumerable<Value> values) => string.Join("\n", values.Select(static v =>
        {
            var type = (TensorType)v.Type!;
            string shape = string.Join(", ", type.Shape!.ToArray().Select(static l => l.ToString(CultureInfo.InvariantCulture)));
            return string.Create(CultureInfo.InvariantCulture, $"        new(\"{Escaped(v.Name)}\", {(int)type.ElementType}, {type.ElementType.Bytes()}, [{shape}]),");
        }));
        return $$"""
            internal static partial class ModelFacts
            {
                internal static readonly Fact[] Inputs =
                [
            {{Rows(model.Inputs)}}
                ];

                internal static readonly Fact[] Outputs =
                [
            {{Rows(model.Outputs)}}
                ];
            }
            """;
    }

    private static string Escaped(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name) text.Append(c is >= ' ' and <= '~' and not '"' and not '\\' ? c.ToString() : "\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
