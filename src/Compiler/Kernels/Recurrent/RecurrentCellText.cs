using System;
using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>One step of a recurrent layer of floats as calls of RedGen.Runtime.</summary>
internal sealed class RecurrentCellText(Node node, RecurrentLayer layer, RecurrentDirection direction, bool isMasked)
{
    private readonly int _hidden = layer.Hidden;
    private readonly ImmutableArray<RecurrentPart> _parts = RecurrentPart.Of(node);

    /// <summary>Whether the cell is written sequence by sequence; an RNN takes all at once.</summary>
    public bool HasRows => node.Operator.Name != "RNN";

    private bool IsLinearBeforeReset => _parts[0].Gates == 3;

    /// <summary>The products of all sequences' states with R, and what of the cell comes before the last of them.</summary>
    public void WriteProducts(StepWriter writer, Func<RecurrentPart, string> weights, string stateBias, string s)
    {
        string none = "default(Identity)";
        switch (node.Operator.Name)
        {
            case "RNN":
                Product(writer, "hidden", weights(_parts[0]), "sums", _parts[0], s, Function(0));
                if (!isMasked) writer.Line("sums.CopyTo(hidden);");
                break;
            case "GRU" when IsLinearBeforeReset:
                writer.Line($"{(layer.Batch == 1 ? "Dense.RunPanels" : "Gemm.Run")}(hidden, {weights(_parts[0])}, {stateBias}, {(layer.Batch == 1 ? "" : "default, ")}sums, {Sizes(_parts[0])}, {none});");
                break;
            case "GRU":
                Product(writer, "hidden", weights(_parts[0]), "sums", _parts[0], s, none);
                using (var nest = new LoopScope(writer))
                {
                    nest.Loop("n", layer.Batch);
                    string N(string span, int length) => layer.Batch == 1 ? span : Row(span, length);
                    writer.Line($"GruCell.Reset({N("sums", 2 * _hidden)}, {N("hidden", _hidden)}, {N("reset", _hidden)}, {Function(0)});");
                }

                Product(writer, "reset", weights(_parts[1]), "candidateSums", _parts[1], s, Function(1));
                break;
            default:
                Product(writer, "hidden", weights(_parts[0]), "sums", _parts[0], s, none);
                break;
        }
    }

    /// <summary>The cell of one sequence.</summary>
    public void WriteCell(StepWriter writer, string peepholes, string s)
    {
        switch (node.Operator.Name)
        {
            case "RNN":
                if (isMasked) writer.Line($"{Row("sums", _hidden)}.CopyTo({Row("hidden", _hidden)});");
                break;
            case "GRU" when IsLinearBeforeReset:
                writer.Line($"GruCell.Step({GateRow(s)}, {Row("sums", 3 * _hidden)}, {Row("hidden", _hidden)}, {Function(0)}, {Function(1)});");
                break;
            case "GRU":
                writer.Line($"GruCell.Update({Row("sums", 2 * _hidden)}, {Row("candidateSums", _hidden)}, {Row("hidden", _hidden)}, {Function(0)});");
                break;
            default:
                string coupled = Lstm.IsCoupled(node) ? "true" : "false";
                writer.Line($"LstmCell.Step({Row("sums", 4 * _hidden)}, {peepholes}, coupled: {coupled}, {Row("cell", _hidden)}, {Row("hidden", _hidden)}, {Function(0)}, {Function(1)}, {Function(2)});");
                break;
        }
    }

    /// <summary>A product of all sequences, plus what the input gave.</summary>
    private void Product(StepWriter writer, string from, string weights, string to, RecurrentPart part, string s, string function)
    {
        string gates = RecurrentMemory.Name("gates", part);
        int length = layer.Batch * part.Columns(layer);
        if (s.Length > 0) gates = $"{gates}.Slice({s} * {length}, {length})";
        writer.Line(layer.Batch == 1
            ? $"Dense.RunPanels({from}, {weights}, {gates}, {to}, {Sizes(part)}, {function});"
            : $"Gemm.Run({from}, {weights}, default, {gates}, {to}, {Sizes(part)}, {function});");
    }

    private string Sizes(RecurrentPart part) => layer.Batch == 1
        ? $"inputs: {_hidden}, outputs: {part.Columns(layer)}"
        : $"rows: {layer.Batch}, depth: {_hidden}, columns: {part.Columns(layer)}";

    private string GateRow(string s)
    {
        int length = 3 * _hidden;
        if (layer.Batch == 1) return s.Length == 0 ? "gates" : $"gates.Slice({s} * {length}, {length})";
        return s.Length == 0 ? Row("gates", length) : $"gates.Slice((({s} * {layer.Batch}) + n) * {length}, {length})";
    }

    private string Row(string span, int length) => layer.Batch == 1 ? span : $"{span}.Slice(n * {length}, {length})";

    private string Function(int index) => ActivationText.Vector(direction.Activations[index], layer.Clip);
}
