using System.Collections.Generic;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Tests.Passes;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>How noise reaches the outputs, by hand.</summary>
public sealed class StructuralGainsTests
{
    private readonly GraphAuthor _author = new();

    [Fact]
    public void A_chain_passes_all_on()
    {
        string x = _author.Input(1, 4), a = Dense(x), b = _author.Add("Relu", [a])!, y = Dense(b);
        IReadOnlyDictionary<string, double> gains = Of([y]);
        foreach (string value in new[] { x, a, b, y }) Assert.Equal(1, gains[value]);
    }

    [Fact]
    public void A_branch_brings_its_share_of_the_energy()
    {
        string x = _author.Input(1, 4), a = Dense(x), b = Dense(a), sum = _author.Add("Add", [a, b])!, y = Dense(sum);
        IReadOnlyDictionary<string, double> gains = Of([y], (a, 3), (b, 1));
        Assert.Equal(1, gains[sum]);
        Assert.Equal(0.25, gains[b], 12);
        // The stream itself: its own share, and what goes through the branch.
        Assert.Equal(1, gains[a], 12);
        Assert.Equal(1, gains[x], 12);
    }

    [Fact]
    public void What_is_joined_brings_its_share()
    {
        string x = _author.Input(1, 4), a = Dense(x), b = Dense(x), c = Dense(x);
        string y = _author.Add("Concat", [a, b, c], NodeAttributes.Empty.With("axis", 1))!;
        IReadOnlyDictionary<string, double> gains = Of([y], (a, 1), (b, 2), (c, 5));
        Assert.Equal([0.125, 0.25, 0.625], [gains[a], gains[b], gains[c]]);
        Assert.Equal(1, gains[x], 12);
    }

    [Fact]
    public void Outputs_share_what_counts()
    {
        string x = _author.Input(1, 4), a = Dense(x), y = Dense(a), z = Dense(a);
        IReadOnlyDictionary<string, double> gains = Of([y, z]);
        Assert.Equal(0.5, gains[y]);
        Assert.Equal(0.5, gains[z]);
        Assert.Equal(1, gains[a]);
    }

    [Fact]
    public void Gains_are_never_more_than_one()
    {
        string x = _author.Input(1, 4), a = Dense(x), square = _author.Add("Mul", [a, Dense(a)])!, y = _author.Add("Mul", [square, a])!;
        Assert.Equal(1, Of([y])[a]);
    }

    [Fact]
    public void A_value_added_to_itself_or_to_a_constant_is_the_sum()
    {
        string x = _author.Input(1, 4), a = Dense(x), twice = _author.Add("Add", [a, a])!, y = _author.Add("Add", [twice, _author.Constant(Tensor.Of([1f, 2, 3, 4], 4))])!;
        Assert.Equal(1, Of([y], (a, 7), (twice, 28))[a]);
    }

    [Fact]
    public void Operands_without_energy_are_taken_as_equals()
    {
        string x = _author.Input(1, 4), a = Dense(x), b = Dense(x), y = _author.Add("Add", [a, b])!;
        Assert.Equal(0.5, Of([y])[a]);
        // Nothing varies: whatever is added may be all of it.
        Assert.Equal(1, Of([y], (a, 0), (b, 0))[a]);
    }

    [Fact]
    public void What_reaches_no_output_has_no_gain()
    {
        string x = _author.Input(1, 4), a = Dense(x), dead = Dense(x);
        IReadOnlyDictionary<string, double> gains = StructuralGains.Of(_author.ToGraph([a]), new Dictionary<string, double>());
        Assert.False(gains.ContainsKey(dead));
        Assert.Equal(1, gains[a]);
    }

    private string Dense(string x) => _author.Add("MatMul", [x, _author.Constant(Tensor.Of(new float[16], 4, 4))])!;

    private IReadOnlyDictionary<string, double> Of(string[] outputs, params (string Value, double Energy)[] energies)
    {
        var map = new Dictionary<string, double>();
        foreach ((string value, double energy) in energies) map[value] = energy;
        return StructuralGains.Of(_author.ToGraph(outputs), map);
    }
}
