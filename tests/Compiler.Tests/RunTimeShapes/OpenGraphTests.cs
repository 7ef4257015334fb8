using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>Whole graphs over shapes of run time: code gives what the reference gives, and refuses what it refuses.</summary>
public sealed class OpenGraphTests
{
    private const int Graphs = 50;

    private const int RunsPerGraph = 5;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Code_and_reference_agree(bool optimise)
    {
        using var batch = new ModelBatch();
        for (int seed = 0; seed < Graphs; seed++) batch.Add($"seed {seed}", RandomOpenGraph.Write(seed), TestOptions.Exact with { Optimise = optimise });
        batch.Build();
        int done = 0;
        for (int seed = 0; seed < Graphs; seed++)
        {
            CompiledModel model = batch.Models[seed];
            for (int run = 0; run < RunsPerGraph; run++)
            {
                var random = new Random((seed * 100) + run);
                ReferenceTensor[] inputs =
                [
                    new(ElementType.Float32, [3, 4], [.. Enumerable.Range(0, 12).Select(_ => random.Next(3) == 0 ? 0.0 : random.Next(-8, 9) / 4.0)]),
                    new(ElementType.Bool, [3], [.. Enumerable.Range(0, 3).Select(_ => (long)random.Next(2))]),
                ];
                IReadOnlyList<ReferenceTensor>? expected = Try(() => model.RunReference(inputs), out string refusal);
                IReadOnlyList<ReferenceTensor>? actual = Try(() => model.Run(inputs), out string problem);
                // What nothing reads is not computed, so that it cannot refuse values either.
                if (optimise && expected is null && actual is not null) continue;
                Assert.True(expected is null == actual is null, $"seed {seed}, run {run}: {(expected is null ? "code" : "reference")} gives a result, the other says {refusal + problem}\n" + model.Code);
                if (expected is null) continue;
                done++;
                for (int i = 0; i < expected.Count; i++)
                    if (TensorAssert.Difference(expected[i], actual![i], 1e-4, 1e-5) is { } difference) Assert.Fail($"seed {seed}, run {run}, output {i}: {difference}\n" + model.Code);
            }
        }

        Assert.True(done > Graphs * RunsPerGraph / 2, $"only {done} runs gave a result");
    }

    private static IReadOnlyList<ReferenceTensor>? Try(Func<IReadOnlyList<ReferenceTensor>> run, out string problem)
    {
        problem = "";
        try
        {
            return run();
        }
        catch (ArgumentException refused)
        {
            problem = refused.Message;
            return null;
        }
    }
}
