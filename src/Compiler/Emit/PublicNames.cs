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

    /// <summary>Whether the shape is known at run time only.</summary>
    public bool IsOpen => Buffer.Storage == Storage.Dynamic;

    /// <summary>The largest number of elements that the value can have; null where nothing bounds it, or no array could hold it.</summary>
    public int? MaxLength => Shape.ElementLimit is { } limit && limit <= int.MaxValue / 8 ? (int)limit : null;

    /// <summary>How many dimensions are known at run time only.</summary>
    public int OpenDimensions => Shape.Dimensions.Count(d => !d.IsConstant);

    /// <summary>The C# type in which Predict returns the value.</summary>
    public string ResultType => IsOpen ? "DynamicTensor<" + CSharp + ">" : CSharp + "[]";

    /// <summary>The shape in words: every dimension that is known at run time only, and what decides it.</summary>
    public string Description
    {
        get
        {
            string type = Buffer.ElementType.Name() + " " + (Shape.Rank == 0 ? "scalar" : string.Join("×", Shape.Dimensions.Select(d => d.IsConstant ? d.ToString() : "?")));
            return type + string.Concat(Shape.Dimensions.Select((d, axis) => d.Open is { } open
                ? System.FormattableString.Invariant($"; dimension {axis} is what {open.Origin} gives{(open.Limit is { } limit ? System.FormattableString.Invariant($", at most {limit}") : "")}") : ""));
        }
    }

    /// <summary>The inputs and outputs of a plan.</summary>
    public static (ImmutableArray<PublicValue> Inputs, ImmutableArray<PublicValue> Outputs) Of(ExecutionPlan plan)
    {
        var taken = new HashSet<string>(System.StringComparer.Ordinal) { plan.ClassName };
        PublicValue Make(Value value, Buffer buffer)
        {
            string stem = PascalCase(buffer.Name);
            string name = stem;
            for (int i = 2; !taken.Add(name + "Length") || !taken.Add(name + "Shape") || !taken.Add(name + "MaxLength"); i++) name = stem + i.ToString(CultureInfo.InvariantCulture);
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
