using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>LSTM: gates i, o, f and c, a state and a cell.</summary>
internal sealed class Lstm : RecurrentOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "LSTM",
        Versions = [1, 7, 14, 22],
        Inputs = CommonInputs.Add(new("initial_c", TypeSet.Float, Arity.Optional)).Add(new("P", TypeSet.Float, Arity.Optional)),
        Outputs = CommonOutputs.Add(new("Y_c", TypeSet.Float, Arity.Optional)),
        Attributes = CommonAttributes.Add(new("input_forget", AttributeKind.Int)),
    };

    /// <summary>Whether the forget gate is 1 − the input gate.</summary>
    public static bool IsCoupled(Node node) => node.Attributes.Int("input_forget", 0) != 0;

    /// <inheritdoc/>
    public override RecurrentLayer Read(InferenceContext context)
    {
        RecurrentLayer layer = RecurrentLayer.Read(context, 4, "Sigmoid", "Tanh", "Tanh");
        RecurrentLayer.Check(context, 6, "initial_c", [.. layer.StateShape.Select(d => (long)d)]);
        RecurrentLayer.Check(context, 7, "P", layer.Directions.Length, 3L * layer.Hidden);
        return layer;
    }

    /// <inheritdoc/>
    public override void Step(RecurrentCell cell, Node node)
    {
        var output = new double[cell.Layer.Hidden];
        double Sum(int gate, int j) => cell.FromInput(gate, j) + cell.FromState(gate, j, cell.Hidden);
        double Next(int j)
        {
            double i = cell.Activate(0, Sum(0, j) + (cell.Peephole(0, j) * cell.Cell[j]));
            double f = IsCoupled(node) ? 1 - i : cell.Activate(0, Sum(2, j) + (cell.Peephole(2, j) * cell.Cell[j]));
            double c = (f * cell.Cell[j]) + (i * cell.Activate(1, Sum(3, j)));
            output[j] = cell.Activate(0, Sum(1, j) + (cell.Peephole(1, j) * c));
            return c;
        }

        cell.SetAll(cell.Cell, Next);
        cell.SetAll(cell.Hidden, j => output[j] * cell.Activate(2, cell.Cell[j]));
    }
}
