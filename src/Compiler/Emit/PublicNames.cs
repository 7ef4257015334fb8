using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>One input or output as the generated class shows it.</summary>
/// <param name="Value">The value of the model.</param>
/// <param name="Buffer">Its buffer; the name is the parameter's.</param>
/// <param name="Pascal">The stem of its constants, such as <c>Logits</c> in <c>LogitsLength</c>.</param>
internal sealed record PublicValue(Value Value, Buffer Buffer, string Pascal)
{
    /// <summary>The C# element type.</summary>
    public string CSharp => Buffer.ElementType.CSharpName()!;

    /// <summary>The shape.</summary>
    public Shape Shape => ((TensorType)Value.Type!).Shape!;

    /// <summary>The inputs and outputs of a plan.</summary>
    public static (ImmutableArray<PublicValue> Inputs, ImmutableArray<PublicValue> Outputs) Of(ExecutionPlan plan)
    {
        var taken = new HashSet<string>(System.StringComparer.Ordinal) { plan.ClassName };
        PublicValue Make(Value value, Buffer buffer)
        {
            string stem = PascalCase(buffer.Name);
            string name = stem;
            for (int i = 2; !taken.Add(name + "Length") || !taken.Add(name + "Shape"); i++) name = stem + i.ToString(CultureInfo.InvariantCulture);
            return new PublicValue(value, buffer, name);
        }

        return ([.. plan.Graph.Inputs.Select(v => Make(new Value(v.Name, plan.Graph.TypeOf(v.Name)), plan.Buffers[v.Name]))],
            [.. plan.Graph.Outputs.Select((v, i) => Make(new Value(v.Name, plan.Graph.TypeOf(v.Name)), plan.Buffers[plan.Outputs[i]]))]);
    }

    /// <summary>A parameter's name as part of a constant's: <c>dense_input</c> gives <c>DenseInput</c>.</summary>
    private static string PascalCase(string name)
    {
        string text = string.Concat(name.Split('_').Where(p => p.Length > 0).Select(p => char.ToUpperInvariant(p[0]) + p.Substring(1)));
        return text.Length == 0 || char.IsDigit(text[0]) ? "Value" + text : text;
    }
}
