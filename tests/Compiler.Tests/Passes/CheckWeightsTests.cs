using System;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

public sealed class CheckWeightsTests
{
    private static Diagnostic[] Check(OnnxModelWriter writer)
    {
        var bag = new DiagnosticBag();
        CheckWeights.Run(writer.ToModel().Graph, bag);
        return [.. bag.ToImmutable()];
    }

    private static OnnxModelWriter Holding(Tensor tensor) => new OnnxModelWriter().Initializer("w", tensor).Output("w");

    [Fact]
    public void Finite_weights_are_silent()
    {
        Assert.Empty(Check(Holding(Tensor.Of([0f, -0f, float.MaxValue, float.Epsilon], 4))));
        Assert.Empty(Check(Holding(Tensor.Of([long.MaxValue], 1))));
    }

    [Fact]
    public void NaN_and_infinity_are_counted_in_every_float_type()
    {
        string expected = "initializer 'w' of shape 3 holds 2 values that are NaN or infinite; the first is element 1";
        Tensor[] tensors =
        [
            Tensor.Of([1f, float.NaN, float.NegativeInfinity], 3),
            Tensor.FromSpan<double>(ElementType.Float64, [1, double.PositiveInfinity, double.NaN], 3),
            Tensor.FromSpan<Half>(ElementType.Float16, [Half.One, Half.NaN, Half.NegativeInfinity], 3),
            Tensor.FromSpan<ushort>(ElementType.BFloat16, [0x3F80, 0x7F80, 0xFFC0], 3),
        ];
        foreach (Tensor tensor in tensors)
        {
            Diagnostic diagnostic = Assert.Single(Check(Holding(tensor)));
            Assert.Equal("RG0016: " + expected, diagnostic.ToString());
            Assert.Equal(Severity.Warning, diagnostic.Severity);
        }
    }

    [Fact]
    public void Constants_of_subgraphs_count_too()
        => Assert.Single(Check(new OnnxModelWriter().Input("c", ElementType.Bool).Input("x", ElementType.Float32, 1)
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.Initializer("m", [float.NegativeInfinity], 1).Output("m")).Graph("else_branch", g => g.Output("x"))).Output("y")));
}
