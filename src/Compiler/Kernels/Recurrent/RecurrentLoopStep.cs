using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>Writes a recurrent layer as loops over directions, steps, sequences and gates.</summary>
internal sealed class RecurrentLoopStep(Node node, RecurrentLayer layer, RecurrentOperands operands, Arithmetic arithmetic) : Step
{
    private readonly int _hidden = layer.Hidden;

    public override string Kernel => node.Operator.Name + ".Loops";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    private bool IsLstm => node.Operator.Name == "LSTM";

    private bool HasSequence => Outputs.Length > 0 && Outputs[0].Length > 0;

    public override void Emit(StepWriter writer)
    {
        // Without units there is nothing to write; without sequences neither.
        if (layer.Hidden == 0 || layer.Batch == 0) return;
        operands.EmitLengthCheck(writer, layer);
        string span = "Span<" + arithmetic.Sum + "> ";
        int states = layer.Batch * _hidden;
        writer.Line($"{span}hidden = {writer.Workspace}.Slice(0, {states});");
        if (IsLstm) writer.Line($"{span}cell = {writer.Workspace}.Slice({states}, {states});");
        if (layer.Steps > 0)
        {
            writer.Line($"{span}sums = {writer.Workspace}.Slice({2 * states}, {layer.GateRows});");
            if (node.Operator.Name == "GRU") writer.Line($"{span}reset = {writer.Workspace}.Slice({(2 * states) + layer.GateRows}, {_hidden});");
        }

        foreach (RecurrentDirection direction in layer.Directions) WriteDirection(writer, direction);
    }

    private void WriteDirection(StepWriter writer, RecurrentDirection direction)
    {
        int d = direction.Index;
        if (d == 1)
        {
            writer.Line();
            writer.Line("// Backwards.");
        }

        WriteInitial(writer, d, "hidden", RecurrentOperands.InitialHidden);
        if (IsLstm) WriteInitial(writer, d, "cell", RecurrentOperands.InitialCell);
        if (layer.Steps > 0)
        {
            using (writer.Block(direction.IsReverse ? $"for (int t = {layer.Steps - 1}; t >= 0; t--)" : $"for (int t = 0; t < {layer.Steps}; t++)"))
            using (writer.Block($"for (int n = 0; n < {layer.Batch}; n++)"))
                WriteStep(writer, direction);
        }

        for (int i = 1; i < Outputs.Length; i++)
        {
            if (Outputs[i].Length == 0) continue;
            string value = (i == 1 ? "hidden" : "cell") + $"[(n * {_hidden}) + j]";
            using (writer.Block($"for (int n = 0; n < {layer.Batch}; n++)"))
                writer.Line($"for (int j = 0; j < {_hidden}; j++) {writer.Output(i)}[{Place("n", layer.StateBatchStride, layer.StateStart(d))} + j] = {arithmetic.Store(value)};");
        }
    }

    private void WriteInitial(StepWriter writer, int d, string state, int place)
    {
        if (!operands.Has(place))
        {
            writer.Line($"{state}.Clear();");
            return;
        }

        string initial = $"{operands.Name(writer, place)}[{Place("n", layer.StateBatchStride, layer.StateStart(d))} + j]";
        using (writer.Block($"for (int n = 0; n < {layer.Batch}; n++)"))
            writer.Line($"for (int j = 0; j < {_hidden}; j++) {state}[(n * {_hidden}) + j] = {arithmetic.Load(initial)};");
    }

    private void WriteStep(StepWriter writer, RecurrentDirection direction)
    {
        string? sequence = HasSequence
            ? $"{writer.Output(0)}.Slice((t * {layer.OutputStepStride}) + (n * {layer.OutputBatchStride}) + {layer.StateStart(direction.Index)}, {_hidden})" : null;
        if (operands.Has(RecurrentOperands.Lengths))
        {
            using (writer.Block($"if (t >= {operands.Name(writer, RecurrentOperands.Lengths)}[n])"))
            {
                if (sequence is not null) writer.Line($"{sequence}.Clear();");
                writer.Line("continue;");
            }

            writer.Line();
        }

        writer.Line($"ReadOnlySpan<{arithmetic.Type}> input = {operands.Name(writer, RecurrentOperands.X)}.Slice((t * {layer.InputStepStride}) + (n * {layer.InputBatchStride}), {layer.Inputs});");
        writer.Line($"Span<{arithmetic.Sum}> h = hidden.Slice(n * {_hidden}, {_hidden});");
        if (IsLstm) writer.Line($"Span<{arithmetic.Sum}> c = cell.Slice(n * {_hidden}, {_hidden});");
        new RecurrentLoopCell(layer, direction, operands, arithmetic).Write(writer, node);
        if (sequence is null) return;
        writer.Line($"Span<{arithmetic.Type}> row = {sequence};");
        writer.Line($"for (int j = 0; j < {_hidden}; j++) row[j] = {arithmetic.Store("h[j]")};");
    }

    private static string Place(string variable, int stride, int start)
        => start == 0 ? $"({variable} * {stride})" : $"({variable} * {stride}) + {CSharpLiteral.Of(start)}";
}
