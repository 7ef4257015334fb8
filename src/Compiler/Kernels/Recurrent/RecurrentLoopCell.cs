using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>
/// One step of one sequence as loops, over the locals <c>input</c>, <c>h</c>, <c>c</c>, <c>sums</c> and <c>reset</c>.
/// </summary>
internal sealed class RecurrentLoopCell(RecurrentLayer layer, RecurrentDirection direction, RecurrentOperands operands, Arithmetic arithmetic)
{
    private readonly int _hidden = layer.Hidden;

    /// <summary>Writes the step.</summary>
    public void Write(StepWriter writer, Node node)
    {
        switch (node.Operator.Name)
        {
            case "LSTM": WriteLstm(writer, Lstm.IsCoupled(node)); break;
            case "GRU" when Gru.IsLinearBeforeReset(node): WriteLinearGru(writer); break;
            case "GRU": WriteGru(writer); break;
            default: WriteRnn(writer); break;
        }
    }

    private void WriteRnn(StepWriter writer)
    {
        WriteSums(writer, 0, 1, "h", 0, 1);
        using (writer.Block($"for (int j = 0; j < {_hidden}; j++)"))
        {
            Declare(writer, "next", "sums[j]", 0);
            writer.Line("h[j] = next;");
        }
    }

    private void WriteLstm(StepWriter writer, bool coupled)
    {
        WriteSums(writer, 0, 4, "h", 0, 4);
        using (writer.Block($"for (int j = 0; j < {_hidden}; j++)"))
        {
            Declare(writer, "i", "sums[j]" + Peephole(writer, 0, "c[j]"), 0);
            if (coupled) writer.Line($"{arithmetic.Sum} f = {One} - i;");
            else Declare(writer, "f", $"sums[j + {2 * _hidden}]" + Peephole(writer, 2, "c[j]"), 0);
            Declare(writer, "g", $"sums[j + {3 * _hidden}]", 1);
            writer.Line("c[j] = (f * c[j]) + (i * g);");
            Declare(writer, "o", $"sums[j + {_hidden}]" + Peephole(writer, 1, "c[j]"), 0);
            Declare(writer, "a", "c[j]", 2);
            writer.Line("h[j] = o * a;");
        }
    }

    private void WriteGru(StepWriter writer)
    {
        WriteSums(writer, 0, 2, "h", 0, 2);
        using (writer.Block($"for (int j = 0; j < {_hidden}; j++)"))
        {
            Declare(writer, "gate", $"sums[j + {_hidden}]", 0);
            writer.Line("reset[j] = gate * h[j];");
        }

        WriteSums(writer, 2, 3, "reset", 2, 3);
        using (writer.Block($"for (int j = 0; j < {_hidden}; j++)"))
        {
            Declare(writer, "z", "sums[j]", 0);
            Declare(writer, "next", $"sums[j + {2 * _hidden}]", 1);
            writer.Line($"h[j] = (({One} - z) * next) + (z * h[j]);");
        }
    }

    /// <summary>The candidate's part of the state is kept apart, for the reset gate to act on.</summary>
    private void WriteLinearGru(StepWriter writer)
    {
        WriteSums(writer, 0, 2, "h", 0, 2);
        WriteSums(writer, 2, 3, null, 0, 0);
        WriteSums(writer, 2, 3, "h", 2, 3, "reset", 2);
        using (writer.Block($"for (int j = 0; j < {_hidden}; j++)"))
        {
            Declare(writer, "z", "sums[j]", 0);
            Declare(writer, "gate", $"sums[j + {_hidden}]", 0);
            Declare(writer, "next", $"sums[j + {2 * _hidden}] + (gate * reset[j])", 1);
            writer.Line($"h[j] = (({One} - z) * next) + (z * h[j]);");
        }
    }

    private string One => arithmetic.Sum == "double" ? "1d" : "1f";

    /// <summary>The sums of some gates; of the input's share, the state's, or both.</summary>
    private void WriteSums(StepWriter writer, int firstGate, int endGate, string? state, int stateFirst, int stateEnd, string to = "sums", int shift = 0)
    {
        bool hasState = stateEnd > stateFirst;
        bool hasInput = to == "sums";
        int d = direction.Index;
        using (writer.Block($"for (int g = {firstGate * _hidden}; g < {endGate * _hidden}; g++)"))
        {
            writer.Line($"{arithmetic.Sum} sum = {Bias(writer, d, hasInput, hasState)};");
            if (hasInput && layer.Inputs > 0) WriteProduct(writer, RecurrentOperands.W, "input", layer.Inputs, d, isSum: false);
            if (hasState) WriteProduct(writer, RecurrentOperands.R, state!, _hidden, d, isSum: true);
            writer.Line(shift == 0 ? $"{to}[g] = sum;" : $"{to}[g - {shift * _hidden}] = sum;");
        }
    }

    private void WriteProduct(StepWriter writer, int place, string vector, int length, int d, bool isSum)
    {
        string start = d == 0 ? "" : $" + {d * layer.GateRows * length}";
        string weight = $"{operands.Name(writer, place)}[(g * {length}) + k{start}]";
        string element = isSum ? vector + "[k]" : arithmetic.Load(vector + "[k]");
        writer.Line($"for (int k = 0; k < {length}; k++) sum += {arithmetic.Load(weight)} * {element};");
    }

    private string Bias(StepWriter writer, int d, bool input, bool state)
    {
        if (!operands.Has(RecurrentOperands.B)) return arithmetic.Zero;
        string b = operands.Name(writer, RecurrentOperands.B);
        int first = 2 * d * layer.GateRows;
        string fromInput = arithmetic.Load(first == 0 ? b + "[g]" : $"{b}[g + {first}]");
        string fromState = arithmetic.Load($"{b}[g + {first + layer.GateRows}]");
        return input && state ? fromInput + " + " + fromState : input ? fromInput : fromState;
    }

    private string Peephole(StepWriter writer, int gate, string cell)
    {
        if (!operands.Has(RecurrentOperands.Peepholes)) return "";
        int start = (direction.Index * 3 * _hidden) + (gate * _hidden);
        string weight = operands.Name(writer, RecurrentOperands.Peepholes) + (start == 0 ? "[j]" : $"[j + {start}]");
        return $" + ({arithmetic.Load(weight)} * {cell})";
    }

    /// <summary>Declares a variable with an activation of a sum.</summary>
    private void Declare(StepWriter writer, string name, string sum, int function)
    {
        bool isDouble = arithmetic.Sum == "double";
        writer.Line($"{arithmetic.Sum} {name} = {sum};");
        if (!float.IsPositiveInfinity(layer.Clip))
        {
            string clip = isDouble ? CSharpLiteral.Of((double)layer.Clip) : CSharpLiteral.Of(layer.Clip);
            writer.Line($"{name} = Math.Max(-{clip}, Math.Min({clip}, {name}));");
        }

        writer.Line($"{name} = {ActivationText.Scalar(direction.Activations[function], name, isDouble)};");
    }
}
