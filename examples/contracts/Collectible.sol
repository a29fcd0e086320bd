// SPDX-License-Identifier: Apache-2.0
// A minimal ERC-721 that anyone may mint from, one after the other, so that all mints meet in one counter. Generated states
// write its storage, so the order of the variables is part of its interface: the next number in slot 0, owners in slot 1,
// balances in slot 2, approvals in slot 3.
pragma solidity 0.8.37;

contract Collectible {
    uint256 public nextId;
    mapping(uint256 => address) private owners;
    mapping(address => uint256) public balanceOf;
    mapping(uint256 => address) public getApproved;

    event Transfer(address indexed from, address indexed to, uint256 indexed id);
    event Approval(address indexed owner, address indexed spender, uint256 indexed id);

    error NoSuchItem(uint256 id);
    error NotAllowed(address caller, uint256 id);
    error NoRecipient();

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x80ac58cd;
    }

    function ownerOf(uint256 id) public view returns (address owner) {
        owner = owners[id];
        if (owner == address(0)) revert NoSuchItem(id);
    }

    function mint(address to, uint256 count) external returns (uint256 first) {
        if (to == address(0)) revert NoRecipient();
        first = nextId;
        nextId = first + count;
        balanceOf[to] += count;
        for (uint256 id = first; id < first + count; ++id) {
            owners[id] = to;
            emit Transfer(address(0), to, id);
        }
    }

    function approve(address spender, uint256 id) external {
        address owner = ownerOf(id);
        if (msg.sender != owner) revert NotAllowed(msg.sender, id);
        getApproved[id] = spender;
        emit Approval(owner, spender, id);
    }

    function transferFrom(address from, address to, uint256 id) external {
        if (to == address(0)) revert NoRecipient();
        address owner = ownerOf(id);
        if (owner != from || (msg.sender != owner && msg.sender != getApproved[id])) revert NotAllowed(msg.sender, id);
        delete getApproved[id];
        owners[id] = to;
        balanceOf[from] -= 1;
        balanceOf[to] += 1;
        emit Transfer(from, to, id);
    }
}
