using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedGen.Generator;

/// <summary>Reads [RedGenModel] attributes into plain values.</summary>
internal static class AttributeReader
{
    internal static IncrementalValuesProvider<PlacedAttribute> Attributes(IncrementalGeneratorInitializationContext context)
        => context.SyntaxProvider
            .ForAttributeWithMetadataName(
                AttributeSource.MetadataName,
                static (node, _) => node is TypeDeclarationSyntax,
                static (target, _) => Read(target))
            .WithTrackingName(StepNames.Attributes);

    private static PlacedAttribute Read(GeneratorAttributeSyntaxContext target)
    {
        var symbol = (INamedTypeSymbol)target.TargetSymbol;
        var declaration = (TypeDeclarationSyntax)target.TargetNode;
        AttributeData attribute = target.Attributes[0];
        string model = attribute.ConstructorArguments.FirstOrDefault().Value as string ?? "";
        string space = symbol.ContainingNamespace.IsGlobalNamespace ? "" : symbol.ContainingNamespace.ToDisplayString();
        bool isPublic = symbol.DeclaredAccessibility == Accessibility.Public;
        var use = new AttributeUse(model, space, symbol.Name, isPublic, Options(attribute).ToEquatableArray(), Problem(symbol, declaration));
        return new PlacedAttribute(use, SourcePlace.From(attribute.ApplicationSyntaxReference is { } reference
            ? Location.Create(reference.SyntaxTree, reference.Span)
            : declaration.Identifier.GetLocation()));
    }

    private static IEnumerable<OptionText> Options(AttributeData attribute) => attribute.NamedArguments
        .Where(static a => a.Value.Value is not null)
        .Select(static a => new OptionText(a.Key, System.Convert.ToString(a.Value.Value, CultureInfo.InvariantCulture) ?? ""))
        .OrderBy(static o => o.Name, System.StringComparer.Ordinal);

    private static string? Problem(INamedTypeSymbol symbol, TypeDeclarationSyntax declaration)
    {
        if (symbol.ContainingType is not null) return "the class '" + symbol.Name + "' is nested; move it into a namespace";
        if (symbol.IsFileLocal) return "the class '" + symbol.Name + "' is local to a file; generated code cannot complete it";
        if (symbol.Arity != 0) return "the class '" + symbol.Name + "' has type parameters; remove them";
        bool isPartial = declaration.Modifiers.Any(SyntaxKind.PartialKeyword);
        return symbol.IsStatic && isPartial ? null : "the class '" + symbol.Name + "' must be declared 'static partial'";
    }
}
