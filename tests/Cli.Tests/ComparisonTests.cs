using System;
using System.Collections.Generic;
using RedGen.Cli.Testing;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class ComparisonTests
{
    private static readonly Tolerance Standard = new(1e-3, 1e-7);

    [Theory]
    [InlineData(1f, 1.0009f, true)]
    [InlineData(1f, 1.0012f, false)]
    [InlineData(0f, 9e-8f, true)]
    [InlineData(0f, 2e-7f, false)]
    [InlineData(float.NaN, float.NaN, true)]
    [InlineData(float.NaN, 1f, false)]
    [InlineData(1f, float.NaN, false)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity, false)]
    [InlineData(float.MaxValue, float.PositiveInfinity, false)]
    [InlineData(float.PositiveInfinity, 1f, false)]
    public void Floats_are_compared_within_tolerance(float actual, float expected, bool isEqual)
        => Assert.Equal(isEqual, Compare(Tensor.Of([actual], 1), Tensor.Of([expected], 1)).Reason is null);

    [Fact]
    public void Integers_are_compared_exactly()
    {
        Assert.Null(Compare(Tensor.Of([long.MaxValue], 1), Tensor.Of([long.MaxValue], 1)).Reason);
        Assert.NotNull(Compare(Tensor.Of([long.MaxValue], 1), Tensor.Of([long.MaxValue - 1], 1)).Reason);
        Tensor big = Tensor.FromSpan<ulong>(ElementType.UInt64, [ulong.MaxValue], 1);
        Assert.Contains("18446744073709551615, expected 0", Compare(big, Tensor.FromSpan<ulong>(ElementType.UInt64, [0], 1)).Reason);
    }

    [Fact]
    public void Shapes_count_unless_flattened_and_values_unless_random()
    {
        Tensor a = Tensor.Of([1f, 2f], 1, 2), b = Tensor.Of([1f, 3f], 2);
        Assert.Contains("has shape 1×2, expected 2", Compare(a, b).Reason);
        Assert.Contains("differs", OutputComparer.Compare("y", a, b, Standard, isFlat: true, isRandom: false).Reason);
        Assert.Null(OutputComparer.Compare("y", a, b.Reshape(1, 2), Standard, isFlat: false, isRandom: true).Reason);
    }

    [Fact]
    public void The_error_is_relative_to_large_values()
    {
        Assert.Equal(0.1, Compare(Tensor.Of([90f], 1), Tensor.Of([100f], 1)).MaxError, 6);
        Assert.Equal(0.1, Compare(Tensor.Of([0.2f], 1), Tensor.Of([0.1f], 1)).MaxError, 6);
    }

    [Fact]
    public void The_error_is_measured_in_units_of_the_last_place_too()
    {
        Assert.Equal(1, Compare(Tensor.Of([MathF.BitIncrement(1000f)], 1), Tensor.Of([1000f], 1)).MaxUlp);
        Assert.Equal(3, Compare(Tensor.Of([3 * float.Epsilon], 1), Tensor.Of([0f], 1)).MaxUlp);
        Assert.Equal(0, Compare(Tensor.Of([float.NaN], 1), Tensor.Of([float.NaN], 1)).MaxUlp);
        Tensor half = Tensor.FromSpan<Half>(ElementType.Float16, [(Half)1], 1);
        Assert.Equal(1, Compare(Tensor.FromSpan<Half>(ElementType.Float16, [Half.BitIncrement((Half)1)], 1), half).MaxUlp);
    }

    [Fact]
    public void What_draws_random_numbers_makes_outputs_random()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2)
            .Node("RandomNormalLike", "x", "r").Node("Add", "r,x", "s").Node("Relu", "x", "y").Output("s").Output("y");
        Assert.Equal(["s"], RandomOutputs.Of(writer.ToModel(), new Dictionary<string, Tensor>()));
    }

    [Theory]
    [InlineData(true, 0.5f, true)]
    [InlineData(false, 0.5f, false)]
    [InlineData(true, 0f, false)]
    public void A_dropout_is_random_when_it_trains(bool trains, float ratio, bool isRandom)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2).Input("t", ElementType.Bool)
            .Initializer("ratio", Tensor.Of([ratio]))
            .Node("Dropout", "x,ratio,t", "y").Output("y");
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["t"] = new Tensor(ElementType.Bool, [], new byte[] { trains ? (byte)1 : (byte)0 }) };
        Assert.Equal(isRandom, RandomOutputs.Of(writer.ToModel(), inputs).Contains("y"));
    }

    private static Comparison Compare(Tensor actual, Tensor expected)
        => OutputComparer.Compare("y", actual, expected, Standard, isFlat: false, isRandom: false);
}
