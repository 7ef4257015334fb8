using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>Writes a recurrent layer of floats: for each direction the states' beginning, the loop over the steps, the states' end.</summary>
internal sealed class RecurrentStep(Node node, RecurrentLayer layer, RecurrentOperands operands, RecurrentMemory memory) : Step
{
    private readonly int _state = layer.Batch * layer.Hidden;

    public override string Kernel => node.Operator.Name + ".Steps";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    private bool IsLstm => node.Operator.Name == "LSTM";

    private bool IsMasked => operands.Has(RecurrentOperands.Lengths);

    private bool HasSequence => Outputs.Length > 0 && Outputs[0].Length > 0;

    /// <summary>What the names of a direction's constants begin with.</summary>
    public static string Prefix(int direction, RecurrentPart? part) => (direction == 1 ? "Backward" : "") + part?.Name;

    public override void Emit(StepWriter writer)
    {
        operands.EmitLengthCheck(writer, layer);
        memory.Emit(writer);
        foreach (RecurrentDirection direction in layer.Directions)
        {
            if (direction.Index == 1)
            {
                writer.Line();
                writer.Line("// Backwards.");
            }

            WriteBeginning(writer, direction.Index);
            WriteSteps(writer, direction);
            WriteEnd(writer, direction.Index);
        }
    }

    private void WriteBeginning(StepWriter writer, int d)
    {
        WriteInitial(writer, d, "hidden", RecurrentOperands.InitialHidden);
        if (IsLstm) WriteInitial(writer, d, "cell", RecurrentOperands.InitialCell);
        foreach (RecurrentPart part in RecurrentPart.Of(node))
        {
            WritePack(writer, RecurrentOperands.W, RecurrentMemory.Name("inputWeights", part), part, d, layer.Inputs);
            WritePack(writer, RecurrentOperands.R, RecurrentMemory.Name("stateWeights", part), part, d, layer.Hidden);
            if (!operands.Has(RecurrentOperands.B) || part.Gates == 3) continue;
            string b = operands.Name(writer, RecurrentOperands.B);
            int input = (d * 2 * layer.GateRows) + (part.FirstGate * layer.Hidden);
            string first = input == 0 ? "i" : "i + " + CSharpLiteral.Of(input);
            writer.Line($"for (int i = 0; i < {part.Columns(layer)}; i++) {RecurrentMemory.Name("bias", part)}[i] = {b}[{first}] + {b}[i + {input + layer.GateRows}];");
        }
    }

    private void WritePack(StepWriter writer, int place, string to, RecurrentPart part, int d, int depth)
    {
        if (!operands.Has(place)) return;
        writer.Line($"Gemm.Pack({operands.Name(writer, place)}.Slice({part.FirstRow(layer, d) * depth}, {part.Columns(layer) * depth}), {to}, depth: {depth}, columns: {part.Columns(layer)}, transposed: true);");
    }

    private void WriteInitial(StepWriter writer, int d, string state, int place)
    {
        if (!operands.Has(place))
        {
            writer.Line($"{state}.Clear();");
            return;
        }

        string initial = operands.Name(writer, place);
        if (IsContiguous) writer.Line($"{initial}.Slice({layer.StateStart(d)}, {_state}).CopyTo({state});");
        else WriteRows(writer, $"{initial}.Slice({StateRow(d)}, {layer.Hidden}).CopyTo({Row(state, layer.Hidden)});");
    }

    private void WriteEnd(StepWriter writer, int d)
    {
        for (int i = 1; i < Outputs.Length; i++)
        {
            if (Outputs[i].Length == 0) continue;
            string state = i == 1 ? "hidden" : "cell";
            if (IsContiguous) writer.Line($"{state}.CopyTo({writer.Output(i)}.Slice({layer.StateStart(d)}, {_state}));");
            else WriteRows(writer, $"{Row(state, layer.Hidden)}.CopyTo({writer.Output(i)}.Slice({StateRow(d)}, {layer.Hidden}));");
        }
    }

    private void WriteSteps(StepWriter writer, RecurrentDirection direction)
    {
        if (memory.Block == layer.Steps)
        {
            WriteInputProducts(writer, direction.Index, null);
            if (layer.Steps == 1 && !IsMasked) WriteStep(writer, direction, "", "");
            else
                using (writer.Block(direction.IsReverse ? $"for (int t = {layer.Steps - 1}; t >= 0; t--)" : $"for (int t = 0; t < {layer.Steps}; t++)"))
                    WriteStep(writer, direction, "t", "t");
            return;
        }

        // Blocks of steps; the last one may be shorter.
        using (writer.Block(direction.IsReverse ? $"for (int end = {layer.Steps}; end > 0; end -= {memory.Block})" : $"for (int first = 0; first < {layer.Steps}; first += {memory.Block})"))
        {
            if (direction.IsReverse) writer.Line($"int first = Math.Max(0, end - {memory.Block});");
            writer.Line(direction.IsReverse ? "int steps = end - first;" : $"int steps = Math.Min({memory.Block}, {layer.Steps} - first);");
            WriteInputProducts(writer, direction.Index, "steps");
            using (writer.Block(direction.IsReverse ? "for (int s = steps - 1; s >= 0; s--)" : "for (int s = 0; s < steps; s++)"))
            {
                if (IsMasked || HasSequence) writer.Line("int t = first + s;");
                WriteStep(writer, direction, "t", "s");
            }
        }
    }

    /// <summary>What the input gives to the gates, for all steps of a block.</summary>
    private void WriteInputProducts(StepWriter writer, int d, string? steps)
    {
        string x = operands.Name(writer, RecurrentOperands.X);
        string rows = steps is null ? CSharpLiteral.Of(memory.Block * layer.Batch) : layer.Batch == 1 ? steps : $"{steps} * {layer.Batch}";
        if (RecurrentMemory.NeedsOrder(layer))
        {
            using (writer.Block($"for (int n = 0; n < {layer.Batch}; n++)"))
            using (writer.Block($"for (int s = 0; s < {steps ?? CSharpLiteral.Of(layer.Steps)}; s++)"))
                writer.Line($"{x}.Slice(((n * {layer.Steps}) + {(steps is null ? "s" : "first + s")}) * {layer.Inputs}, {layer.Inputs}).CopyTo(inputs.Slice(((s * {layer.Batch}) + n) * {layer.Inputs}, {layer.Inputs}));");
            x = "inputs";
        }
        else if (steps is not null)
        {
            x = $"{x}.Slice(first * {layer.Batch * layer.Inputs}, steps * {layer.Batch * layer.Inputs})";
        }

        foreach (RecurrentPart part in RecurrentPart.Of(node))
        {
            string weights = Operand(writer, RecurrentOperands.W, d, part, "InputWeights");
            writer.Line($"Gemm.Run({x}, {weights}, {Bias(writer, d, part)}, default, {RecurrentMemory.Name("gates", part)}, rows: {rows}, depth: {layer.Inputs}, columns: {part.Columns(layer)}, default(Identity));");
        }
    }

    /// <summary>One step: t counts in the sequence, s in the block; empty where there is only one.</summary>
    private void WriteStep(StepWriter writer, RecurrentDirection direction, string t, string s)
    {
        var cell = new RecurrentCellText(node, layer, direction, IsMasked);
        cell.WriteProducts(writer, part => Operand(writer, RecurrentOperands.R, direction.Index, part, "StateWeights"), StateBias(writer, direction.Index), s);
        string peepholes = Peepholes(writer, direction.Index);
        string? sequence = HasSequence ? OutputRow(writer, direction.Index, t) : null;
        bool copyAll = HasSequence && IsContiguous && !IsMasked;
        if (IsMasked)
        {
            using (writer.Block($"for (int n = 0; n < {layer.Batch}; n++)"))
            {
                using (writer.Block($"if ({t} < {operands.Name(writer, RecurrentOperands.Lengths)}[n])"))
                {
                    cell.WriteCell(writer, peepholes, s);
                    if (sequence is not null) writer.Line($"{Row("hidden", layer.Hidden)}.CopyTo({sequence});");
                }

                if (sequence is null) return;
                using (writer.Block("else")) writer.Line($"{sequence}.Clear();");
            }

            return;
        }

        using (var nest = new LoopScope(writer))
        {
            if (cell.HasRows || (sequence is not null && !copyAll)) nest.Loop("n", layer.Batch);
            cell.WriteCell(writer, peepholes, s);
            if (sequence is not null && !copyAll) writer.Line($"{Row("hidden", layer.Hidden)}.CopyTo({sequence});");
        }

        if (copyAll) writer.Line($"hidden.CopyTo({writer.Output(0)}.Slice({Sum(layer.StateStart(direction.Index), (t, layer.OutputStepStride))}, {_state}));");
    }

    /// <summary>Whether the states of all sequences stand one after the other, in the order of the code's own.</summary>
    private bool IsContiguous => !layer.IsBatchFirst || layer.Batch == 1;

    private string OutputRow(StepWriter writer, int d, string t)
        => $"{writer.Output(0)}.Slice({Sum(layer.StateStart(d), (t, layer.OutputStepStride), (BatchVariable, layer.OutputBatchStride))}, {layer.Hidden})";

    private string StateRow(int d) => Sum(layer.StateStart(d), (BatchVariable, layer.StateBatchStride));

    private string BatchVariable => layer.Batch == 1 && !IsMasked ? "" : "n";

    private string Row(string span, int length) => layer.Batch == 1 ? span : $"{span}.Slice(n * {length}, {length})";

    private void WriteRows(StepWriter writer, string line) => writer.Line($"for (int n = 0; n < {layer.Batch}; n++) {line}");

    private string Operand(StepWriter writer, int place, int d, RecurrentPart part, string role)
        => operands.Has(place) ? RecurrentMemory.Name(char.ToLowerInvariant(role[0]) + role.Substring(1), part) : Constant(writer, Prefix(d, part) + role);

    private string Bias(StepWriter writer, int d, RecurrentPart part)
    {
        if (!operands.Has(RecurrentOperands.B)) return Constant(writer, Prefix(d, part) + "Bias");
        return part.Gates == 3 ? $"{operands.Name(writer, RecurrentOperands.B)}.Slice({d * 2 * layer.GateRows}, {layer.GateRows})" : RecurrentMemory.Name("bias", part);
    }

    private string StateBias(StepWriter writer, int d) => operands.Has(RecurrentOperands.B)
        ? $"{operands.Name(writer, RecurrentOperands.B)}.Slice({((2 * d) + 1) * layer.GateRows}, {layer.GateRows})"
        : Constant(writer, Prefix(d, null) + "StateBias");

    private string Peepholes(StepWriter writer, int d) => operands.Has(RecurrentOperands.Peepholes)
        ? $"{operands.Name(writer, RecurrentOperands.Peepholes)}.Slice({d * 3 * layer.Hidden}, {3 * layer.Hidden})"
        : Constant(writer, Prefix(d, null) + "Peepholes");

    private string Constant(StepWriter writer, string role)
    {
        for (int i = 0; i < Weights.Length; i++)
            if (Weights[i].Role == role) return writer.Weight(i);
        return "default";
    }

    /// <summary>Variables times strides, plus a constant; variables that are empty stand for 0.</summary>
    private static string Sum(int constant, params (string Variable, int Stride)[] terms)
    {
        var texts = new List<string>();
        foreach ((string variable, int stride) in terms)
            if (variable.Length > 0 && stride > 0) texts.Add(stride == 1 ? variable : variable + " * " + CSharpLiteral.Of(stride));
        if (constant > 0) texts.Add(CSharpLiteral.Of(constant));
        return texts.Count == 0 ? "0" : texts.Count == 1 ? texts[0] : string.Join(" + ", texts.Select(t => t.Contains(" * ") ? "(" + t + ")" : t));
    }
}
