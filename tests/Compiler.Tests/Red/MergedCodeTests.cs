using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>From the model to code: merging makes the code smaller and changes nothing but rounding.</summary>
public sealed class MergedCodeTests
{
    [Fact]
    public void Code_of_a_merged_model_computes_what_code_of_the_hashed_one_does()
    {
        OnnxModelWriter writer = new OnnxModelWriter()
            .Input("x", ElementType.Float32, 1, 2, 6, 6)
            .Initializer("w1", Filters(6, 2 * 9), 6, 2, 3, 3)
            .Initializer("b1", Numbers(6), 6)
            .Initializer("w2", Filters(6, 6 * 9), 6, 6, 3, 3)
            .Initializer("b2", Numbers(6), 6)
            .Initializer("w3", [.. Enumerable.Range(0, 4 * 216).Select(i => MathF.Sin(i * 0.7f))], 4, 216)
            .Node("Conv", "x,w1,b1", "c1", n => n.Ints("pads", 1, 1, 1, 1))
            .Node("Relu", "c1", "r1")
            .Node("Conv", "r1,w2,b2", "c2", n => n.Ints("pads", 1, 1, 1, 1))
            .Node("Add", "c2,r1", "sum")
            .Node("Relu", "sum", "r2")
            .Node("Flatten", "r2", "flat")
            .Node("Gemm", "flat,w3", "y", n => n.Int("transB", 1))
            .Output("y");
        var options = new CompilerOptions { Hashing = Hashing.Adaptive, Merging = Merging.None };
        using var hashed = CompiledModel.Compile(writer, options);
        using var merged = CompiledModel.Compile(writer, options with { Merging = Merging.Strict });

        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 11, 1, 2, 6, 6);
        double[] expected = ReferenceInterpreter.Run(merged.Plan.Graph, new Dictionary<string, ReferenceTensor> { ["x"] = x })[0].Reals!;
        double[] actual = merged.Run(x)[0].Reals!;

        // The last channel of both layers equals their first: five of six stay, in rows and in columns.
        Assert.Equal([1, 1], merged.Plan.Reduction.Layers.Take(2).Select(l => l.OutputsMerged));
        Assert.True(merged.Plan.MultiplyAdds < hashed.Plan.MultiplyAdds * 0.85, $"{merged.Plan.MultiplyAdds} multiply-adds, {hashed.Plan.MultiplyAdds} before");
        for (int i = 0; i < expected.Length; i++) Assert.InRange(actual[i] - expected[i], -1e-4 * Math.Max(1, Math.Abs(expected[i])), 1e-4 * Math.Max(1, Math.Abs(expected[i])));
    }

    /// <summary>Filters of which the last is the first.</summary>
    private static float[] Filters(int count, int length)
        => [.. Enumerable.Range(0, count).SelectMany(f => Enumerable.Range(0, length).Select(i => MathF.Cos(((f % (count - 1) * length) + i) * 1.3f)))];

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(f => MathF.Sin(f % (count - 1) * 2.1f))];
}
