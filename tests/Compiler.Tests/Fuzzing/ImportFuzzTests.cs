using System;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Fuzzing;

public sealed class ImportFuzzTests(ITestOutputHelper output)
{
    /// <summary>Import and what runs before any operator is known.</summary>
    private static void Import(byte[] bytes)
    {
        var diagnostics = new DiagnosticBag();
        Model? model = OnnxReader.Read(new ModelSource("fuzz.onnx", bytes, "", static _ => null), diagnostics, default);
        if (diagnostics.ToImmutable().FirstOrDefault(d => d.Id == "RG0023") is { } bug) throw new InvalidOperationException(bug.Message);
        if (model is null)
        {
            if (!diagnostics.HasErrors) throw new InvalidOperationException("no model and no error");
            return;
        }

        if (GraphValidator.Validate(model.Graph) is [string problem, ..]) throw new InvalidOperationException("invalid graph: " + problem);
        Graph pinned = PinDimensions.Run(model.Graph, TestOptions.Exact, diagnostics);
        CheckWeights.Run(pinned, diagnostics);
        if (GraphValidator.Validate(pinned) is [string later, ..]) throw new InvalidOperationException("invalid graph after pinning: " + later);
        Assert.Equal(GraphPrinter.Print(pinned), GraphPrinter.Print(new GraphBuilder(pinned).Build()));
    }

    [Fact]
    public void The_seeds_are_good()
    {
        foreach (byte[] seed in FuzzSeeds.All)
        {
            var diagnostics = new DiagnosticBag();
            Assert.NotNull(OnnxReader.Read(ModelSource.FromBytes("seed.onnx", seed), diagnostics, default));
            Assert.Empty(diagnostics.ToImmutable());
        }
    }

    [Fact]
    public void Import_survives_everything()
    {
        FuzzReport report = new FuzzHarness(Import).Run(new FuzzCases(FuzzSeeds.All).Range(0, FuzzHarness.CasesFromEnvironment(2000)));
        output.WriteLine(report.ToString());
        Assert.True(report.Failures.Count == 0, string.Join("\n", report.Failures));
    }
}
