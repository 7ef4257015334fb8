using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>RNN: the state is an activation of the input and the state before.</summary>
internal sealed class Rnn : RecurrentOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "RNN",
        Versions = [1, 7, 14, 22],
        Inputs = CommonInputs,
        Outputs = CommonOutputs,
        Attributes = CommonAttributes,
    };

    /// <inheritdoc/>
    public override RecurrentLayer Read(InferenceContext context) => RecurrentLayer.Read(context, 1, "Tanh");

    /// <inheritdoc/>
    public override void Step(RecurrentCell cell, Node node)
        => cell.SetAll(cell.Hidden, j => cell.Activate(0, cell.FromInput(0, j) + cell.FromState(0, j, cell.Hidden)));
}
