using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>
/// The class does not change where every input element is at most ε away from a sample: <c>robust samples.npy epsilon 0.01</c>; or, with
/// <c>within 0.1</c>, no output is further than that from the sample's. Inputs leave neither the declared range nor the one after <c>over</c>.
/// </summary>
/// <param name="Text">The statement in its plain form.</param>
/// <param name="Over">The inputs.</param>
/// <param name="Samples">The file of samples.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Labels">The file of the samples' classes; empty: the class that the network gives the sample.</param>
/// <param name="Within">How far outputs may be from the sample's; null: the class counts.</param>
public sealed record RobustStatement(string Text, ImmutableArray<ElementRange> Over, string Samples, double Epsilon, string Labels, double? Within) : Statement(Text, Over)
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Files => Labels.Length == 0 ? [Samples] : [Samples, Labels];

    /// <inheritdoc/>
    public override string InputsOf(string inputRange) => inputRange.Length == 0 && Over.IsEmpty ? "inputs of any range" : base.InputsOf(inputRange);

    /// <summary>The class of outputs: the first of the largest.</summary>
    public static int ClassOf(ReadOnlySpan<float> outputs)
    {
        int best = 0;
        for (int i = 1; i < outputs.Length; i++)
            if (outputs[i] > outputs[best]) best = i;
        return best;
    }

    /// <summary>The property of one sample.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputRange">The range that inputs do not leave; empty: there is none.</param>
    /// <param name="sample">The sample's input elements.</param>
    /// <param name="outputs">What generated code gives for the sample.</param>
    /// <param name="label">The class that is to stay.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="FormatException">A name is not the network's, or it has one output only.</exception>
    public VerifiedProperty Property(NetworkSignature network, string inputRange, ReadOnlySpan<float> sample, ReadOnlySpan<float> outputs, int label, double epsilon)
    {
        int count = network.OutputLength;
        if (Within is null && count < 2) throw new FormatException("the network has one output: there is no class that could change; state how far the output may move (within 0.1)");
        // Without a declared range inputs may be any numbers: the usual ±3 of a certificate are none to clip to.
        VerifiedBox? range = inputRange.Length == 0 && Over.IsEmpty ? null : BoxOf(network, inputRange.Length == 0 ? "-3.4e38..3.4e38" : inputRange);
        var (lower, upper) = (new double[sample.Length], new double[sample.Length]);
        for (int i = 0; i < sample.Length; i++)
        {
            // A sample outside of the range belongs to its ball all the same.
            lower[i] = Math.Min(sample[i], Math.Max(sample[i] - epsilon, range?.Lower[i] ?? double.NegativeInfinity));
            upper[i] = Math.Max(sample[i], Math.Min(sample[i] + epsilon, range?.Upper[i] ?? double.PositiveInfinity));
        }

        ImmutableArray<Conjunction>.Builder changed = ImmutableArray.CreateBuilder<Conjunction>();
        for (int j = 0; j < count; j++)
        {
            if (Within is { } within)
            {
                changed.Add(new Conjunction([Row(count, j, -1, outputs[j] + within)]));
                changed.Add(new Conjunction([Row(count, j, 1, within - outputs[j])]));
            }
            else if (j != label)
            {
                // Of equal outputs the first one is the class.
                changed.Add(new Conjunction([Row(count, j, -1, 0) with { Outputs = Difference(count, label, j), IsStrict = j > label }]));
            }
        }

        return new VerifiedProperty(network.InputLength, count, [new PropertyCase(new VerifiedBox([.. lower], [.. upper]), changed.ToImmutable())]);
    }

    /// <summary>The factors of y[a] − y[b].</summary>
    private static ImmutableArray<double> Difference(int count, int a, int b) => [.. Enumerable.Range(0, count).Select(i => i == a ? 1d : i == b ? -1d : 0d)];
}
