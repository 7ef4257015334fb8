using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace RedGen.Precompile;

/// <summary>
/// Tells the methods whose precompiled code is as good as the JIT's: those that call nothing of the framework but what is an instruction anywhere.
/// Code of other assemblies cannot be inlined into an image, as they may be serviced; the JIT does inline it.
/// </summary>
internal sealed class InnerKernels
{
    /// <summary>Types of the framework whose members every compiler knows.</summary>
    private static readonly HashSet<string> Instructions = ["System.Runtime.CompilerServices.Unsafe", "System.Math", "System.MathF", "System.Numerics.BitOperations"];

    /// <summary>Accessors that images may inline, by promise of the framework.</summary>
    private static readonly HashSet<string> Accessors = ["get_Length", "get_IsEmpty", "get_Item"];

    /// <summary>Interfaces of vectors, whose members are instructions too.</summary>
    private static readonly HashSet<string> Vectors = ["RedGen.Runtime.ILanes`1", "RedGen.Runtime.IDenseWeights`1"];

    /// <summary>
    /// Interfaces of a layer's sizes. A kernel for constant ones is in no image, and is compiled after its first calls have used the one for sizes that
    /// are values: with all optimisations, or it would be slower than that for as many calls again.
    /// </summary>
    private static readonly HashSet<string> Sizes = ["RedGen.Runtime.IFixedConvolution", "RedGen.Runtime.IFixedPool"];

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static f => (OpCode)f.GetValue(null)!).ToDictionary(static c => (int)(ushort)c.Value, static c => c.OperandType);

    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly Dictionary<MethodDefinitionHandle, bool> _known = [];

    public InnerKernels(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
    }

    /// <summary>Whether a method calls nothing that an image must leave a call, or is one for a layer's sizes.</summary>
    public bool Contains(MethodDefinitionHandle handle)
    {
        if (_known.TryGetValue(handle, out bool known)) return known;
        _known[handle] = true;
        MethodDefinition method = _metadata.GetMethodDefinition(handle);
        return _known[handle] = IsForSizes(method) || (method.RelativeVirtualAddress == 0
            ? Vectors.Contains(NameOf(method.GetDeclaringType()))
            : Calls(method).All(IsInlined));
    }

    private bool IsForSizes(MethodDefinition method) => method.GetGenericParameters()
        .SelectMany(p => _metadata.GetGenericParameter(p).GetConstraints())
        .Any(c => Sizes.Contains(NameOf(_metadata.GetGenericParameterConstraint(c).Type)));

    private bool IsInlined(EntityHandle callee)
    {
        switch (callee.Kind)
        {
            case HandleKind.MethodSpecification:
                return IsInlined(_metadata.GetMethodSpecification((MethodSpecificationHandle)callee).Method);
            case HandleKind.MethodDefinition:
                var method = (MethodDefinitionHandle)callee;
                return _metadata.GetMethodDefinition(method).ImplAttributes.HasFlag(MethodImplAttributes.NoInlining) || Contains(method);
            default:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)callee);
                string type = NameOf(member.Parent);
                string name = _metadata.GetString(member.Name);
                return Instructions.Contains(type) || Vectors.Contains(type) || type.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal)
                    || (type is "System.Span`1" or "System.ReadOnlySpan`1" && Accessors.Contains(name));
        }
    }

    private string NameOf(EntityHandle type)
    {
        switch (type.Kind)
        {
            case HandleKind.TypeReference:
                TypeReference reference = _metadata.GetTypeReference((TypeReferenceHandle)type);
                return reference.ResolutionScope.Kind == HandleKind.TypeReference
                    ? NameOf(reference.ResolutionScope) + "." + _metadata.GetString(reference.Name)
                    : _metadata.GetString(reference.Namespace) + "." + _metadata.GetString(reference.Name);
            case HandleKind.TypeDefinition:
                TypeDefinition definition = _metadata.GetTypeDefinition((TypeDefinitionHandle)type);
                return _metadata.GetString(definition.Namespace) + "." + _metadata.GetString(definition.Name);
            case HandleKind.TypeSpecification:
                // A generic type: its kind twice, then its name (ECMA-335, II.23.2.14).
                BlobReader blob = _metadata.GetBlobReader(_metadata.GetTypeSpecification((TypeSpecificationHandle)type).Signature);
                if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return "";
                blob.ReadCompressedInteger();
                return NameOf(blob.ReadTypeHandle());
            default:
                return "";
        }
    }

    private List<EntityHandle> Calls(MethodDefinition method)
    {
        BlobReader code = _image.GetMethodBody(method.RelativeVirtualAddress).GetILReader();
        var calls = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            int operation = code.ReadByte();
            if (operation == 0xFE) operation = 0xFE00 | code.ReadByte();
            OperandType operand = Operands[operation];
            if (operand == OperandType.InlineMethod) calls.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
            else code.Offset += Length(operand, code);
        }

        return calls;
    }

    private static int Length(OperandType operand, BlobReader code) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * code.ReadInt32()),
        _ => 4,
    };
}
