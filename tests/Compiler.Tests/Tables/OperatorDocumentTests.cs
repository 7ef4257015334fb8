using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Compiler.Operators;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Tables;

/// <summary>docs/operators.md is written from the operator table (REDGEN_ACCEPT=1).</summary>
public sealed class OperatorDocumentTests
{
    [Fact]
    public void The_document_shows_the_table()
    {
        string path = Repository.PathOf("docs", "operators.md");
        if (Environment.GetEnvironmentVariable("REDGEN_ACCEPT") == "1") File.WriteAllText(path, Document());
        else Assert.Equal(Document(), File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    private static string Document()
    {
        var text = new StringBuilder();
        text.Append("# Operators\n\n");
        text.Append("Written by OperatorDocumentTests from `OperatorTable`. A model may use any opset from 1 to 28; the second column lists the opsets in which\n");
        text.Append("the operator's definition changed, as far as RedGen knows them. Types are those of the inputs; float means float, double, Half and\n");
        text.Append("RedGen.BFloat16. Narrow types, which are floats of 8 and 4 bits and integers of 4 and 2 bits, are stored, moved and converted: C# holds one a byte,\n");
        text.Append("floats by their bits, integers by their value. [Adding an operator](add-an-operator.md) is one file and one row.\n\n");
        text.Append("ImageDecoder is left out on purpose: a library for image files decodes better than generated code would, and gives the tensor that the rest of the model reads.\n\n");
        text.Append("| operator | definitions | inputs | notes |\n|---|---|---|---|\n");
        foreach (OperatorSchema schema in OperatorTable.All.Select(o => o.Schema).Where(s => s.Domain != "redgen").OrderBy(s => s.Domain, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            string versions = string.Join(", ", schema.Versions.Select(v => v.ToString(CultureInfo.InvariantCulture)));
            text.Append("| [").Append(schema.Domain.Length > 0 ? schema.Domain + "." : "").Append(schema.Name).Append("](").Append(schema.SpecificationUrl).Append(") | ").Append(versions).Append(" | ");
            text.Append(schema.Inputs.IsEmpty ? "none" : string.Join("; ", schema.Inputs.Select(Describe))).Append(" | ");
            text.Append(schema.Notes).Append(" |\n");
        }

        ConformanceDocument.Append(text);

        return text.ToString();
    }

    private static string Describe(Parameter parameter)
    {
        string arity = parameter.Arity switch { Arity.Optional => "?", Arity.Variadic or Arity.VariadicOrNone => "…", _ => "" };
        return parameter.Name + arity + ": " + Describe(parameter.Types);
    }

    private static string Describe(TypeSet types) => types switch
    {
        _ when types.HasFlag(TypeSet.Any) => "any",
        TypeSet.NumericOrBool | TypeSet.Narrow => "numbers, bool, narrow types",
        _ when types.HasFlag(TypeSet.NumericOrBool) => "numbers, bool",
        TypeSet.Numeric => "numbers",
        TypeSet.Float => "float",
        TypeSet.Integer => "integers",
        TypeSet.UnsignedInteger => "unsigned integers",
        TypeSet.Float | TypeSet.SignedInteger => "signed numbers",
        TypeSet.Index => "int32, int64",
        TypeSet.Int64 => "int64",
        _ => types.ToString().ToLowerInvariant(),
    };
}
