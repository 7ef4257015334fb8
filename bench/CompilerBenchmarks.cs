using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using RedGen.Compiler;
using RedGen.Compiler.Options;

namespace RedGen.Bench;

/// <summary>What a build pays for one model: from bytes to C#. REDGEN_BENCH_MODEL names a model other than the digits CNN.</summary>
[MemoryDiagnoser]
public class CompilerBenchmarks
{
    private ModelSource _source = ModelSource.FromBytes("", default);

    [GlobalSetup]
    public void Load()
    {
        string path = Environment.GetEnvironmentVariable("REDGEN_BENCH_MODEL") is { Length: > 0 } given ? given : FindDigits();
        _source = ModelSource.FromBytes(Path.GetFileName(path), File.ReadAllBytes(path));
    }

    [Benchmark]
    public CompilationResult Compile() => ModelCompiler.Compile(_source, new CompilerOptions());

    /// <summary>BenchmarkDotNet runs from a folder of its own below the repository's artifacts.</summary>
    private static string FindDigits()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "examples", "Digits", "digits.onnx");
            if (File.Exists(path)) return path;
        }

        throw new FileNotFoundException("examples/Digits/digits.onnx is not above " + AppContext.BaseDirectory);
    }
}
