using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>
/// Where one input rises and all others stay, an output does not fall (or, with <c>-</c>, rise) by more than a slack:
/// <c>monotone X[2]:+:Y[0]</c>. Float32 sums are never exactly monotone, hence the slack.
/// </summary>
/// <param name="Text">The statement in its plain form.</param>
/// <param name="Over">The inputs.</param>
/// <param name="Input">The input that rises.</param>
/// <param name="IsIncreasing">Whether the output must not fall; otherwise it must not rise.</param>
/// <param name="Output">The output.</param>
/// <param name="Slack">By how much it may all the same; null: by what float32 rounding can make, which the proof finds out.</param>
public sealed record MonotoneStatement(string Text, ImmutableArray<ElementRange> Over, ElementName Input, bool IsIncreasing, ElementName Output, double? Slack) : Statement(Text, Over)
{
    /// <inheritdoc/>
    public override string Reading => "; the last number of the input is " + Input + " after it rose, the outputs are those before and after";

    /// <summary>The input element.</summary>
    /// <exception cref="FormatException">The network has no such element, or the name means several.</exception>
    internal int InputOf(NetworkSignature network) => One(Input, network.Inputs, "X");

    /// <summary>The output element.</summary>
    /// <exception cref="FormatException">The network has no such element, or the name means several.</exception>
    internal int OutputOf(NetworkSignature network) => One(Output, network.Outputs, "Y");

    /// <summary>The property of two runs of the network: input elements, then the one that rises, as the second run has it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputRange">The inputs where the statement says nothing.</param>
    /// <param name="slack">The slack.</param>
    /// <exception cref="FormatException">A name is not the network's.</exception>
    public VerifiedProperty Property(NetworkSignature network, string inputRange, double slack)
    {
        (int input, int output) = (InputOf(network), OutputOf(network));
        (int inputs, int outputs) = (network.InputLength, network.OutputLength);
        VerifiedBox box = BoxOf(network, inputRange);
        var twice = new VerifiedBox(box.Lower.Add(box.Lower[input]), box.Upper.Add(box.Upper[input]));
        var rise = new double[inputs + 1];
        (rise[input], rise[inputs]) = (1, -1);
        var fall = new double[2 * outputs];
        (fall[output], fall[outputs + output]) = IsIncreasing ? (-1d, 1d) : (1d, -1d);
        ImmutableArray<LinearRow> rows = [new LinearRow([.. rise], [.. new double[2 * outputs]], 0, IsStrict: false), new LinearRow([], [.. fall], slack, IsStrict: true)];
        ImmutableArray<int> first = [.. Enumerable.Range(0, inputs)];
        return new VerifiedProperty(inputs + 1, 2 * outputs, [new PropertyCase(twice, [new Conjunction(rows)])])
        {
            Networks = [new NetworkUse("before", 0, first, outputs), new NetworkUse("after", 0, first.SetItem(input, inputs), outputs)],
        };
    }

    private static int One(ElementName name, ImmutableArray<TensorSignature> tensors, string all)
        => name.Find(tensors, all).ToArray() is [var only] ? only : throw new FormatException("'" + name + "' means several elements; a statement of monotonicity is about one");
}
