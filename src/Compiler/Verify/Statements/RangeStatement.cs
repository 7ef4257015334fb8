using System;
using System.Collections.Immutable;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>Outputs stay inside ranges, ends included: <c>range Y[0]:-1..1</c>.</summary>
/// <param name="Text">The statement in its plain form.</param>
/// <param name="Over">The inputs.</param>
/// <param name="Ranges">The ranges.</param>
public sealed record RangeStatement(string Text, ImmutableArray<ElementRange> Over, ImmutableArray<ElementRange> Ranges) : Statement(Text, Over)
{
    /// <summary>The property: a counterexample gives an output below a lower end or above an upper end.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputRange">The inputs where the statement says nothing.</param>
    /// <exception cref="FormatException">A name is not the network's.</exception>
    public VerifiedProperty Property(NetworkSignature network, string inputRange)
    {
        ImmutableArray<Conjunction>.Builder outside = ImmutableArray.CreateBuilder<Conjunction>();
        foreach (ElementRange range in Ranges)
        {
            foreach (int output in range.Elements.Find(network.Outputs, "Y"))
            {
                if (!double.IsInfinity(range.Low)) outside.Add(new Conjunction([Row(network.OutputLength, output, 1, -range.Low)]));
                if (!double.IsInfinity(range.High)) outside.Add(new Conjunction([Row(network.OutputLength, output, -1, range.High)]));
            }
        }

        return new VerifiedProperty(network.InputLength, network.OutputLength, [new PropertyCase(BoxOf(network, inputRange), outside.ToImmutable())]);
    }
}
