using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Properties;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>The certified error of a reduction by splitting: no input exceeds it, and it is near what an attack finds.</summary>
public sealed class ReductionErrorTests
{
    private static readonly CompilerOptions Reduced = new() { Hashing = Hashing.Adaptive, Tolerance = 0.3 };
    private static readonly VerifiedBox Box = new([-1, -1, -1], [1, 1, 1]);

    [Fact]
    public void No_input_of_the_box_exceeds_the_bound_of_random_networks()
    {
        using var batch = new ModelBatch();
        var models = new List<(ModelSource Source, CompiledModel Original, CompiledModel Other)>();
        for (int seed = 0; seed < 8; seed++)
        {
            ModelSource source = RandomNetworks.Dense(new Random(seed), 3, 2).ToSource();
            models.Add((source, batch.Add("original" + seed, source, Reduced with { Hashing = Hashing.None }), batch.Add("reduced" + seed, source, Reduced)));
        }

        batch.Build();
        int near = 0;
        foreach ((ModelSource source, CompiledModel original, CompiledModel other) in models)
        {
            DifferenceOutcome whole = Run(source, 1), split = Run(source, 3000);
            Assert.True(split.Bound <= whole.Bound && split.Found <= split.Bound);
            Assert.Equal(split with { Input = [] }, Run(source, 3000, threads: 3) with { Input = [] });
            if (split.Ratio < 2) near++;
            var random = new Random(9);
            for (int s = 0; s < 300; s++)
            {
                float[] x = [.. Enumerable.Range(0, 3).Select(_ => (float)((random.NextDouble() * 2) - 1))];
                if (s == 0) x = [.. split.Input.Select(static v => (float)v)];
                double difference = VerifierTests.Predict(original, x).Zip(VerifierTests.Predict(other, x), static (a, b) => Math.Abs((double)a - b)).Max();
                Assert.True(difference <= split.Bound, $"{original.Label}: {difference} is more than {split.Bound}");
            }
        }

        Assert.True(near >= 5, $"only {near} bounds are within twice of what was found");
    }

    [Fact]
    public void A_limit_that_intervals_miss_is_met_by_splitting_and_one_below_that_fails_the_build()
    {
        ModelSource source = RandomNetworks.Dense(new Random(1), 3, 2).ToSource();
        CompilationResult Compile(double? limit) => ModelCompiler.Compile(source, Reduced with { InputRange = "-1..1", MaxError = limit });
        double interval = Compile(null).Plan!.Reduction.Certificate!.MaxError;
        DifferenceOutcome split = Run(source, 500);
        Assert.InRange(split.Bound, split.Found, interval / 2);

        CompilationResult met = Compile((split.Bound + interval) / 2);
        Assert.True(met.Success);
        Assert.Equal(split.Bound, met.Plan!.Reduction.Certificate!.MaxError, 1e-12);
        Diagnostic missed = Assert.Single(Compile(split.Found / 2).Diagnostics, static d => d.Id == "RG0026");
        Assert.Equal(Severity.Error, missed.Severity);
    }

    [Fact]
    public void What_has_no_bound_says_why()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 3)
            .Initializer("w", [.. Enumerable.Range(0, 96).Select(static i => (float)Math.Sin(i))], 3, 32).Node("MatMul", "x,w", "z").Node("ReduceProd", "z", "y", static n => n.Name("odd")).Output("y", ElementType.Float32, 1, 1);
        Assert.Null(ReductionError.Run(writer.ToSource(), Reduced, Box, 10, 1, new DiagnosticBag(), out string problem, default));
        Assert.Contains("node 'odd' (ReduceProd)", problem, StringComparison.Ordinal);
    }

    private static DifferenceOutcome Run(ModelSource source, long nodes, int threads = 1)
    {
        DifferenceOutcome? outcome = ReductionError.Run(source, Reduced, Box, nodes, threads, new DiagnosticBag(), out string problem, default);
        Assert.Equal("", problem);
        return outcome!;
    }
}
