using System;
using System.Collections.Generic;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>An activation function of a recurrent layer with its constants.</summary>
/// <param name="Name">The name as the specification writes it.</param>
/// <param name="Alpha">The first constant; 0 where the function has none.</param>
/// <param name="Beta">The second constant; 0 where the function has none.</param>
internal sealed record RecurrentActivation(string Name, float Alpha, float Beta)
{
    private static readonly Row[] Rows =
    [
        new("Affine", (x, a, b) => (a * x) + b, 1, 0),
        new("Elu", (x, a, _) => x < 0 ? a * ReferenceMath.ExpMinusOne(x) : x, 1),
        new("HardSigmoid", (x, a, b) => ReferenceMath.Clamp((a * x) + b, 0, 1), 0.2f, 0.5f),
        new("LeakyRelu", (x, a, _) => x < 0 ? a * x : x, 0.01f),
        new("Relu", (x, _, _) => x < 0 ? 0 : x),
        new("ScaledTanh", (x, a, b) => a * Math.Tanh(b * x), 1, 1),
        new("Sigmoid", (x, _, _) => ReferenceMath.Sigmoid(x)),
        new("Softplus", (x, _, _) => ReferenceMath.Softplus(x)),
        new("Softsign", (x, _, _) => x / (1 + Math.Abs(x))),
        new("Tanh", (x, _, _) => Math.Tanh(x)),
        new("ThresholdedRelu", (x, a, _) => x >= a ? x : 0, 1),
    ];

    private sealed record Row(string Name, Func<double, double, double, double> Function, float? Alpha = null, float? Beta = null);

    /// <summary>The function's value in double.</summary>
    public double Apply(double x) => Find(Name)!.Function(x, Alpha, Beta);

    /// <summary>
    /// Reads functions by their names, in any case of letters, as exporters write them. Each takes the next of the constants that are
    /// given where it has such a constant, and its operator's default where none is left.
    /// </summary>
    /// <param name="names">The names.</param>
    /// <param name="alphas">The first constants.</param>
    /// <param name="betas">The second constants.</param>
    /// <param name="unknown">The first name that is no function's; null where all are known.</param>
    public static List<RecurrentActivation> Read(IEnumerable<string> names, IEnumerable<float> alphas, IEnumerable<float> betas, out string? unknown)
    {
        var activations = new List<RecurrentActivation>();
        var alpha = new Queue<float>(alphas);
        var beta = new Queue<float>(betas);
        unknown = null;
        foreach (string name in names)
        {
            if (Find(name) is { } row) activations.Add(new(row.Name, Next(alpha, row.Alpha), Next(beta, row.Beta)));
            else unknown ??= name;
        }

        return activations;
    }

    private static float Next(Queue<float> given, float? byDefault)
        => byDefault is null ? 0 : given.Count > 0 ? given.Dequeue() : byDefault.Value;

    private static Row? Find(string name) => Array.Find(Rows, r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
