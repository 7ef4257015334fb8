using System;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Sampling;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>A small share of the sampling that <c>redgen verify --sample</c> does by the million.</summary>
public sealed class SoundnessSamplingTests
{
    [Fact]
    public void No_value_of_random_networks_leaves_its_bounds_whatever_the_number_of_threads()
    {
        SamplingOutcome one = SoundnessSampling.OfRandomNetworks(30_000, 1, default), two = SoundnessSampling.OfRandomNetworks(30_000, 2, default);
        Assert.Empty(one.Escapes);
        Assert.Equal((30_000, one.Boxes, one.Values), (two.Points, two.Boxes, two.Values));
        Assert.InRange(one.Values, 1_000_000, long.MaxValue);
    }

    [Fact]
    public void The_code_of_a_model_stays_within_the_bounds_of_its_plan()
    {
        using CompiledModel model = CompiledModel.Compile(RandomNetworks.Convolutional(new Random(2), 3), new CompilerOptions());
        SamplingOutcome outcome = SoundnessSampling.Of(model.Plan, Box(40), x => VerifierTests.Predict(model, x), 3000, 2, default);
        Assert.Empty(outcome.Escapes);
    }

    [Fact]
    public void Errors_that_are_too_small_are_seen()
    {
        // Sums of float32 numbers that are said to be exact.
        BoundNetwork network = NetworkBuilder.Build(ModelCompiler.Compile(RandomNetworks.Dense(new Random(12), 4, 3).ToSource(), new CompilerOptions { Hashing = Hashing.None }).Plan!);
        Assert.Empty(SoundnessSampling.Of(network, Box(4), 3000).Escapes);
        BoundNetwork broken = network with { Nodes = [.. network.Nodes.Select(static n => n is AffineNode { Rounding: not null } layer ? layer with { Rounding = new AffineRounding(-7) } : n)] };
        Escape found = SoundnessSampling.Of(broken, Box(4), 30_000).Escapes.First();
        Assert.False(found.Found >= found.Lower && found.Found <= found.Upper);
    }

    private static VerifiedBox Box(int length) => new([.. Enumerable.Repeat(-1.0, length)], [.. Enumerable.Repeat(1.0, length)]);
}
