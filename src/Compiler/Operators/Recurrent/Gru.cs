using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>GRU: gates z, r and h.</summary>
internal sealed class Gru : RecurrentOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "GRU",
        Versions = [1, 3, 7, 14, 22],
        Inputs = CommonInputs,
        Outputs = CommonOutputs,
        Attributes = CommonAttributes.Add(new("linear_before_reset", AttributeKind.Int, Since: 3)),
    };

    /// <summary>Whether the reset gate acts on the product with R, not on the state before it.</summary>
    public static bool IsLinearBeforeReset(Node node) => node.Attributes.Int("linear_before_reset", 0) != 0;

    /// <inheritdoc/>
    public override RecurrentLayer Read(InferenceContext context) => RecurrentLayer.Read(context, 3, "Sigmoid", "Tanh");

    /// <inheritdoc/>
    public override void Step(RecurrentCell cell, Node node)
    {
        var z = new double[cell.Layer.Hidden];
        var r = new double[cell.Layer.Hidden];
        var reset = new double[cell.Layer.Hidden];
        cell.SetAll(z, j => cell.Activate(0, cell.FromInput(0, j) + cell.FromState(0, j, cell.Hidden)));
        cell.SetAll(r, j => cell.Activate(0, cell.FromInput(1, j) + cell.FromState(1, j, cell.Hidden)));
        cell.SetAll(reset, j => r[j] * cell.Hidden[j]);
        double Candidate(int j) => cell.Activate(1, cell.FromInput(2, j)
            + (IsLinearBeforeReset(node) ? r[j] * cell.FromState(2, j, cell.Hidden) : cell.FromState(2, j, reset)));
        cell.SetAll(cell.Hidden, j => ((1 - z[j]) * Candidate(j)) + (z[j] * cell.Hidden[j]));
    }
}
