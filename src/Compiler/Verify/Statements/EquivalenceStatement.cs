using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>No output differs from another network's by more than a limit: <c>equivalent other.onnx within 0.01</c>, or <c>equivalent trained within 0.01</c>: the network without the reduction.</summary>
/// <param name="Text">The statement in its plain form.</param>
/// <param name="Over">The inputs.</param>
/// <param name="Other">The other model's file, or <see cref="Trained"/>.</param>
/// <param name="Within">The limit.</param>
public sealed record EquivalenceStatement(string Text, ImmutableArray<ElementRange> Over, string Other, double Within) : Statement(Text, Over)
{
    /// <summary>Stands for the model as it is trained, without a reduction.</summary>
    public const string Trained = "trained";

    /// <inheritdoc/>
    public override ImmutableArray<string> Files => Other == Trained ? [] : [Other];

    /// <inheritdoc/>
    public override string Reading => "; the outputs are those of both networks";

    /// <summary>The property of both networks, which get the same inputs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="other">The other one.</param>
    /// <param name="inputRange">The inputs where the statement says nothing.</param>
    /// <exception cref="FormatException">The networks have not the same inputs and outputs.</exception>
    public VerifiedProperty Property(NetworkSignature network, NetworkSignature other, string inputRange)
    {
        int outputs = network.OutputLength;
        if (other.InputLength != network.InputLength || other.OutputLength != outputs)
            throw new FormatException(FormattableString.Invariant($"'{Other}' has {other.InputLength} inputs and {other.OutputLength} outputs, the network has {network.InputLength} and {outputs}"));
        ImmutableArray<int> all = [.. Enumerable.Range(0, network.InputLength)];
        ImmutableArray<Conjunction> apart = [.. Enumerable.Range(0, outputs).SelectMany(j => new[] { Apart(outputs, j, 1), Apart(outputs, j, -1) })];
        return new VerifiedProperty(network.InputLength, 2 * outputs, [new PropertyCase(BoxOf(network, inputRange), apart)])
        {
            Networks = [new NetworkUse("emitted", 0, all, outputs), new NetworkUse("other", 1, all, outputs)],
        };
    }

    /// <summary>y[j] and y′[j] are further apart than the limit, in one direction.</summary>
    private Conjunction Apart(int outputs, int j, int sign)
    {
        var factors = new double[2 * outputs];
        (factors[j], factors[outputs + j]) = (sign, -sign);
        return new Conjunction([new LinearRow([], [.. factors], Within, IsStrict: true)]);
    }
}
