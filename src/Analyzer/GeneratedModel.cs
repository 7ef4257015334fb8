using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace RedGen.Analyzer;

/// <summary>Recognises what RedGen generated.</summary>
internal static class GeneratedModel
{
    internal const string PredictName = "Predict";

    /// <summary>Whether a class is a compiled model: the generator signs it.</summary>
    internal static bool IsModel(INamedTypeSymbol? type, INamedTypeSymbol generatedCode) => type is { IsStatic: true }
        && type.GetAttributes().Any(a => SymbolEqualityComparer.Default.Equals(a.AttributeClass, generatedCode)
            && a.ConstructorArguments.Length > 0 && a.ConstructorArguments[0].Value is "RedGen");

    /// <summary>The length that a model needs for a parameter of Predict; null when the model does not say.</summary>
    internal static (string Constant, int Length)? NeededLength(IParameterSymbol parameter)
    {
        string name = parameter.Name.TrimStart('_');
        if (name.Length == 0) return null;
        string constant = name.Substring(0, 1).ToUpper(CultureInfo.InvariantCulture) + name.Substring(1) + "Length";
        return parameter.ContainingType.GetMembers(constant).OfType<IFieldSymbol>().FirstOrDefault()?.ConstantValue is int length
            ? (constant, length)
            : null;
    }

    /// <summary>Whether an overload makes the results itself, though another could fill the caller's. Tensors of run-time shape are made by every overload.</summary>
    internal static bool Allocates(IMethodSymbol predict) => predict.ReturnType switch
    {
        IArrayTypeSymbol => true,
        INamedTypeSymbol { IsTupleType: true } tuple => tuple.TupleElements.All(static e => e.Type is IArrayTypeSymbol),
        _ => false,
    };

    /// <summary>Whether a type is a span of anything.</summary>
    internal static bool IsSpan(ITypeSymbol? type) => type is INamedTypeSymbol
    {
        Name: "Span" or "ReadOnlySpan",
        ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true },
    };
}
