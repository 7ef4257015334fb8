using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators;

/// <summary>Checks a node against its operator's schema before inference runs, so that operators need not.</summary>
internal static class SchemaCheck
{
    /// <summary>Throws the node's diagnostic where its form is wrong.</summary>
    public static void Check(Node node, OperatorSchema schema, InferenceContext context)
    {
        CheckCount(node, schema.Inputs, node.Inputs, "input", context);
        CheckCount(node, schema.Outputs, node.Outputs, "output", context);
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (!context.HasInput(i)) continue;
            Parameter formal = schema.Inputs[System.Math.Min(i, schema.Inputs.Length - 1)];
            if (!formal.Types.Contains(context.Type(i)))
                throw context.WrongType("input '" + formal.Name + "' cannot be " + context.Type(i).Name());
        }

        CheckAttributes(node, schema, context);
    }

    private static void CheckCount(Node node, IReadOnlyList<Parameter> formals, IReadOnlyList<string> actuals, string what, InferenceContext context)
    {
        int most = formals.Count > 0 && formals[formals.Count - 1].Arity is Arity.Variadic or Arity.VariadicOrNone ? int.MaxValue : formals.Count;
        if (actuals.Count > most && actuals.Skip(most).Any(n => n.Length > 0))
            throw context.Invalid("it has " + actuals.Count.ToString(CultureInfo.InvariantCulture) + " " + what + "s, the operator at most " + most.ToString(CultureInfo.InvariantCulture));
        for (int i = 0; i < formals.Count; i++)
        {
            bool given = i < actuals.Count && actuals[i].Length > 0;
            if (given && formals[i].Since > node.Operator.Version)
                throw context.Invalid(what + " '" + formals[i].Name + "' exists from opset " + formals[i].Since.ToString(CultureInfo.InvariantCulture) + " on");
            bool needed = formals[i].Arity is Arity.Required or Arity.Variadic && formals[i].Since <= node.Operator.Version && what == "input";
            if (needed && !given) throw context.Invalid(what + " '" + formals[i].Name + "' is missing");
        }
    }

    private static void CheckAttributes(Node node, OperatorSchema schema, InferenceContext context)
    {
        int version = node.Operator.Version;
        foreach (KeyValuePair<string, AttributeValue> attribute in node.Attributes.All)
        {
            AttributeSpec? spec = schema.Attributes.FirstOrDefault(a => a.Name == attribute.Key && a.Since <= version && version <= a.Until)
                ?? schema.Attributes.FirstOrDefault(a => a.Name == attribute.Key);
            if (spec is null) throw context.Unsupported(attribute.Key, "the operator has no such attribute in opset " + version.ToString(CultureInfo.InvariantCulture));
            if (!IsKind(attribute.Value, spec.Kind)) throw context.Unsupported(attribute.Key, "it should be of kind " + spec.Kind);
        }

        foreach (AttributeSpec spec in schema.Attributes)
            if (spec.Required && spec.Since <= version && version <= spec.Until && !node.Attributes.Has(spec.Name))
                throw context.Unsupported(spec.Name, "it is required");
    }

    private static bool IsKind(AttributeValue value, AttributeKind kind) => kind switch
    {
        AttributeKind.Int => value is IntAttribute,
        AttributeKind.Float => value is FloatAttribute,
        AttributeKind.String => value is StringAttribute,
        AttributeKind.Ints => value is IntsAttribute,
        AttributeKind.Floats => value is FloatsAttribute,
        AttributeKind.Strings => value is StringsAttribute,
        AttributeKind.Tensor or AttributeKind.SparseTensor => value is TensorAttribute,
        AttributeKind.Graph => value is GraphAttribute,
        AttributeKind.Type => value is TypeAttribute,
        _ => false,
    };
}
